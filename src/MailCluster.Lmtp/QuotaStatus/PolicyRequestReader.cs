using System.Buffers;
using System.Globalization;
using System.Text;

namespace MailCluster.Lmtp.QuotaStatus;

/// <summary>What a look at the input found.</summary>
internal enum PolicyReadStatus
{
    Complete,
    NeedMore,

    /// <summary>It is longer than it may be, or a line of it is no <c>name=value</c>.</summary>
    Rejected,
}

/// <summary>
/// Reads requests of Postfix's policy delegation protocol: lines <c>name=value</c> that end with LF, and an empty line after the last. Pure.
/// </summary>
/// <remarks>Source: Postfix, SMTPD_POLICY_README, "Policy protocol".</remarks>
internal static class PolicyRequestReader
{
    /// <summary>Some thirty attributes, the longest of them addresses, names and a certificate's subject; Postfix sends under 2 KiB.</summary>
    public const int BytesMax = 16 * 1024;

    /// <param name="input">From the beginning of a request.</param>
    /// <param name="request">The request, if it is complete.</param>
    /// <param name="consumed">Where the next one begins, if it is complete.</param>
    public static PolicyReadStatus TryRead(in ReadOnlySequence<byte> input, out PolicyRequest? request, out SequencePosition consumed)
    {
        request = null;
        consumed = input.Start;
        var reader = new SequenceReader<byte>(input);
        string kind = "", recipient = "";
        long size = 0;
        while (reader.TryReadTo(out ReadOnlySequence<byte> line, (byte)'\n'))
        {
            if (reader.Consumed > BytesMax)
                return PolicyReadStatus.Rejected;
            if (line.IsEmpty)
            {
                consumed = reader.Position;
                request = new PolicyRequest(kind, recipient, size);
                return PolicyReadStatus.Complete;
            }

            var text = Encoding.UTF8.GetString(line);
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || text.Contains('\0', StringComparison.Ordinal))
                return PolicyReadStatus.Rejected;
            var value = text[(equals + 1)..];
            switch (text[..equals])
            {
                case "request":
                    kind = value;
                    break;
                case "recipient":
                    recipient = value;
                    break;
                case "size" when !long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out size) && value.Length > 0:
                    return PolicyReadStatus.Rejected;
            }
        }

        return input.Length > BytesMax ? PolicyReadStatus.Rejected : PolicyReadStatus.NeedMore;
    }
}
