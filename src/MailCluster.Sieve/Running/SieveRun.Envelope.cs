using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve.Running;

/// <summary>The envelope (RFC 5228 §5.4, RFC 6009 §2 and §4) and dates (RFC 5260).</summary>
internal sealed partial class SieveRun
{
    private DateTimeOffset? _now;

    /// <summary>RFC 5260 §5: one point in time for the whole run.</summary>
    private DateTimeOffset Now => _now ??= _time.GetLocalNow();

    private int GatherEnvelope(ScriptFrame frame)
    {
        var addressPart = (AddressPart)frame.Reader.ReadInt();
        var parts = List(frame, frame.Reader.ReadInt());
        var zone = OptionalText(frame, frame.Reader.ReadOptionalId());
        var original = ((DateBits)frame.Reader.ReadInt() & DateBits.OriginalZone) != 0;
        var keys = frame.Reader.ReadInt();
        CheckDelivery("envelope"); // RFC 6785 §4.6
        foreach (var part in parts)
        {
            switch (part.ToUpperInvariant())
            {
                case "FROM":
                    AddEnvelopeAddress(_envelope.From, addressPart);
                    break;
                case "TO":
                    AddEnvelopeAddress(_envelope.To, addressPart);
                    break;
                case "AUTH" when _envelope.AuthenticatedAs is { } user:
                    AddEnvelopeAddress(user, addressPart);
                    break;
                case "NOTIFY" when _envelope.Notify is { } notify:
                    _values.AddRange(notify.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
                    break;
                case "ORCPT" when _envelope.OriginalRecipient is { } recipient:
                    if (addressPart == AddressPart.All)
                        _values.Add(recipient);
                    else
                        AddEnvelopeAddress(recipient[(recipient.IndexOf(';', StringComparison.Ordinal) + 1)..], addressPart);
                    break;
                case "RET":
                    AddValue(_envelope.Return);
                    break;
                case "ENVID":
                    AddValue(_envelope.EnvelopeId);
                    break;
                case "BYTIMERELATIVE" when _envelope.DeliverBySeconds is { } seconds:
                    _values.Add(Number(seconds));
                    break;
                case "BYTIMEABSOLUTE" when _envelope.DeliverByTime is { } time:
                    AddValue(DateParts.Format(original ? time : InZone(time, zone), "iso8601"));
                    break;
                case "BYMODE" when _envelope.DeliverByMode is { } mode:
                    _values.Add(mode is 'N' or 'n' ? "notify" : "return");
                    break;
                case "BYTRACE" when _envelope.DeliverByMode is not null:
                    _values.Add(_envelope.DeliverByTrace ? "true" : "false");
                    break;
            }
        }

        return keys;
    }

    /// <summary>The null reverse-path is an address whose parts are all empty (RFC 5228 §5.4).</summary>
    private void AddEnvelopeAddress(string address, AddressPart part)
    {
        if (part == AddressPart.All)
        {
            _values.Add(address);
            return;
        }

        var at = address.LastIndexOf('@');
        var local = at < 0 ? address : address[..at];
        if (local is ['"', .. var quoted, '"'])
            local = quoted.Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);
        AddValue(PartOf(local, at < 0 ? "" : address[(at + 1)..], part));
    }

    private int GatherDate(ScriptFrame frame, OpCode op)
    {
        DateTimeOffset? date = Now;
        var original = false;
        if (op == OpCode.Date)
        {
            var bits = (DateBits)frame.Reader.ReadInt();
            var index = frame.Reader.ReadOptional();
            var name = Text(frame, frame.Reader.ReadInt());
            var fields = Select([.. FieldsOf(RootOf(frame), name)], index ?? 1, (bits & DateBits.Last) != 0);
            date = fields is [var field, ..] ? DateOf(field) : null;
            original = (bits & DateBits.OriginalZone) != 0;
        }

        var zone = OptionalText(frame, frame.Reader.ReadOptionalId());
        var part = Text(frame, frame.Reader.ReadInt());
        var keys = frame.Reader.ReadInt();
        if (date is { } known)
            AddValue(DateParts.Format(original ? known : InZone(known, zone), part));
        return keys;
    }

    /// <summary>The whole value, or what follows the last semicolon, as in Received.</summary>
    private static DateTimeOffset? DateOf(SieveHeaderField field)
    {
        var value = field.Raw.Span;
        var semicolon = value.LastIndexOf((byte)';');
        return Mime.Rfc5322Date.TryParse(semicolon < 0 ? value : value[(semicolon + 1)..], out var date) ? date.ToDateTimeOffset() : null;
    }

    private DateTimeOffset InZone(DateTimeOffset date, string? zone)
    {
        if (zone is null)
            return DateParts.In(date, _time.LocalTimeZone.GetUtcOffset(date));
        if (!DateParts.TryParseZone(zone, out var offset))
            throw SieveRunException.Error($"\"{Shown(zone)}\" is no time zone");
        return DateParts.In(date, offset);
    }
}
