using System.Globalization;
using System.Text;
using MailCluster.Delivery;
using MailCluster.Delivery.Smtp;

namespace MailCluster.Lmtp.Commands;

// Parameters of MAIL and RCPT that say what the sender wants to be told: RET, ENVID, NOTIFY, ORCPT (RFC 3461) and BY (RFC 2852).
//
// Whoever advertises DSN takes over a duty: a client that was promised it no longer reports success itself (RFC 3461 §5.2.1), so NOTIFY=SUCCESS is answered here, by a
// report through the relay (Delivery/Reports). A refusal is the client's to report, as every refusal over LMTP is (RFC 2033 §4.2): it still has the message, and knows NOTIFY.
// Without a relay nothing could be reported, so DSN is not advertised then, the parameters are refused, and the client goes on reporting.

/// <summary>Reads what these parameters are worth.</summary>
internal static class EnvelopeParameters
{
    /// <summary>RFC 3461 §4.4.</summary>
    private const int EnvelopeIdBytesMax = 100;

    /// <summary>RFC 3461 §4.2.</summary>
    private const int OriginalRecipientBytesMax = 500;

    public static bool TryReadReturn(ReadOnlySpan<byte> value, out string read)
    {
        read = Ascii.EqualsIgnoreCase(value, "FULL"u8) ? "FULL" : Ascii.EqualsIgnoreCase(value, "HDRS"u8) ? "HDRS" : "";
        return read.Length > 0;
    }

    public static bool TryReadEnvelopeId(ReadOnlySpan<byte> value, out string read)
    {
        // RFC 3461 §4.4: printable ASCII when decoded.
        var isRead = value.Length is > 0 and <= EnvelopeIdBytesMax && XText.TryDecode(value, out var decoded) && Ascii.IsValid(decoded) ? decoded : null;
        read = isRead ?? "";
        return isRead is not null;
    }

    public static bool TryReadNotify(ReadOnlySpan<byte> value, out string read)
    {
        read = Encoding.ASCII.GetString(value).ToUpperInvariant();
        if (read == "NEVER")
            return true;
        var keys = read.Split(',');
        return keys.Length <= 3 && keys.All(static key => key is "SUCCESS" or "FAILURE" or "DELAY");
    }

    /// <summary>A type, a semicolon, xtext; the type is kept, the rest decoded.</summary>
    public static bool TryReadOriginalRecipient(ReadOnlySpan<byte> value, out string read)
    {
        read = "";
        var semicolon = value.IndexOf((byte)';');
        if (value.Length > OriginalRecipientBytesMax || semicolon <= 0 || semicolon == value.Length - 1)
            return false;
        var type = value[..semicolon];
        foreach (var b in type)
        {
            // RFC 3461 §4.2: addr-type is an atom.
            if (b is <= (byte)' ' or >= 0x7f || "()<>@,;:\\\".[]"u8.Contains(b))
                return false;
        }

        if (!XText.TryDecode(value[(semicolon + 1)..], out var address))
            return false;
        read = $"{Encoding.ASCII.GetString(type)};{address}";
        return true;
    }

    /// <summary>RFC 2852 §4: seconds, a semicolon, N or R, and T for a trace. A time that is over can only be told of, not kept: R has to have some left.</summary>
    public static bool TryReadBy(ReadOnlySpan<byte> value, DateTimeOffset now, ref MailTerms terms)
    {
        var semicolon = value.IndexOf((byte)';');
        if (semicolon is < 1 or > 10)
            return false;
        var mode = value[(semicolon + 1)..];
        var isTraced = mode.Length == 2 && (mode[1] | 0x20) == 't';
        if (mode.IsEmpty || (mode.Length > 1 && !isTraced) || (mode[0] | 0x20) is not ('n' or 'r')
            || !int.TryParse(value[..semicolon], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
            return false;
        var isNotify = (mode[0] | 0x20) == 'n';
        terms = terms with { DeliverBy = now.AddSeconds(seconds), IsNotifyMode = isNotify, IsTraced = isTraced };
        return isNotify || seconds > 0;
    }
}
