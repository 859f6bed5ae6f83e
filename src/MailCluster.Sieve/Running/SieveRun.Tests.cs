using MailCluster.Mime;
using MailCluster.Sieve.Matching;
using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve.Running;

/// <summary>Tests of the message, the envelope and the script's own state, none of which ask the host.</summary>
internal sealed partial class SieveRun
{
    /// <summary>False if the test has to ask the host; then nothing has been read.</summary>
    private bool TryTest(ScriptFrame frame, OpCode op)
    {
        var start = frame.Reader.At;
        var spec = HasMatch(op) ? frame.Reader.ReadMatch() : default;
        if (spec.Type == MatchKind.List || op is OpCode.Metadata or OpCode.ServerMetadata)
        {
            frame.Reader.At = start;
            return false;
        }

        switch (op)
        {
            case OpCode.Exists:
                _result = Exists(frame);
                return true;
            case OpCode.Size:
                var isOver = frame.Reader.ReadInt() != 0;
                var limit = (long)frame.Reader.ReadNumber();
                var size = View(frame).Size;
                _result = isOver ? size > limit : size < limit;
                return true;
            case OpCode.ValidNotifyMethod:
                _result = Array.TrueForAll(List(frame, frame.Reader.ReadInt()), _host.IsValidNotifyMethod);
                return true;
        }

        if (!HasMatch(op))
            return false;
        var keys = Gather(frame, op);
        _result = Match(frame, spec, keys, noVariables: op == OpCode.Body, splitKeys: op == OpCode.HasFlag);
        return true;
    }

    private static bool HasMatch(OpCode op) => OpTable.OperandsOf((byte)op) is ['m', ..];

    /// <summary>Collects the values of a test that compares; gives the list of keys.</summary>
    private int Gather(ScriptFrame frame, OpCode op)
    {
        _values.Clear();
        switch (op)
        {
            case OpCode.Header:
                return GatherHeaders(frame);
            case OpCode.Address:
                return GatherAddresses(frame);
            case OpCode.Envelope:
                return GatherEnvelope(frame);
            case OpCode.Body:
                return GatherBody(frame);
            case OpCode.StringTest:
                var strings = List(frame, frame.Reader.ReadInt());
                var counted = frame.Reader.ReadInt();
                foreach (var text in strings)
                {
                    // RFC 5229 §5: an empty string is not counted. For other matches it is a value like any other.
                    if (text.Length > 0 || !IsCount(frame))
                        _values.Add(text);
                }

                return counted;
            case OpCode.HasFlag:
                return GatherFlags(frame);
            case OpCode.Environment:
                AddValue(Environment(Text(frame, frame.Reader.ReadInt())));
                return frame.Reader.ReadInt();
            case OpCode.Date or OpCode.CurrentDate:
                return GatherDate(frame, op);
            case OpCode.SpamTest:
                AddScanned(frame, SpamValue(frame.Reader.ReadInt() != 0));
                return frame.Reader.ReadInt();
            case OpCode.VirusTest:
                AddScanned(frame, VirusValue());
                return frame.Reader.ReadInt();
            case OpCode.NotifyMethodCapability:
                var uri = Text(frame, frame.Reader.ReadInt());
                var capability = Text(frame, frame.Reader.ReadInt());
                if (_host.IsValidNotifyMethod(uri) && _host.NotifyCapability(uri, capability.ToLowerInvariant()) is { Length: > 0 } answer)
                    _values.Add(answer);
                return frame.Reader.ReadInt();
            default:
                throw SieveRunException.Error($"the operation {(byte)op} is no test");
        }
    }

    /// <summary>The match that stands at the beginning of the operation.</summary>
    private static MatchSpec MatchOf(ScriptFrame frame)
    {
        var reader = new CodeReader(frame.Program.Code) { At = frame.OpAt + 1 };
        return reader.ReadMatch();
    }

    private static bool IsCount(ScriptFrame frame) => MatchOf(frame).Type == MatchKind.Count;

    private void AddValue(string? value)
    {
        if (value is not null)
            _values.Add(value);
    }

    private int GatherHeaders(ScriptFrame frame)
    {
        var bits = (HeaderBits)frame.Reader.ReadInt();
        var names = List(frame, frame.Reader.ReadInt());
        var index = frame.Reader.ReadOptional();
        var parameters = OptionalList(frame, frame.Reader.ReadOptionalId());
        var keys = frame.Reader.ReadInt();
        if (bits == HeaderBits.None && index is null)
        {
            // What nearly all tests are.
            var part = RootOf(frame);
            foreach (var name in names)
            {
                foreach (var field in FieldsOf(part, name))
                    _values.Add(field.Text);
            }

            return keys;
        }

        var fields = Select(Collect(frame, bits, names), index, (bits & HeaderBits.Last) != 0);
        _work.Spend((long)fields.Count * parameters.Length);
        foreach (var field in fields)
        {
            if ((bits & HeaderBits.Type) != 0)
                _values.Add(field.MimeType.Type);
            else if ((bits & HeaderBits.Subtype) != 0)
                _values.Add(field.MimeType.Subtype);
            else if ((bits & HeaderBits.ContentType) != 0)
                _values.Add(field.MimeType is { Subtype.Length: > 0 } type ? $"{type.Type}/{type.Subtype}" : field.MimeType.Type);
            else if ((bits & HeaderBits.Param) != 0)
                Array.ForEach(parameters, name => AddValue(field.MimeParameter(name)));
            else
                _values.Add(field.Text);
        }

        return keys;
    }

    private int GatherAddresses(ScriptFrame frame)
    {
        var addressPart = (AddressPart)frame.Reader.ReadInt();
        var bits = (HeaderBits)frame.Reader.ReadInt();
        var names = List(frame, frame.Reader.ReadInt());
        var index = frame.Reader.ReadOptional();
        var keys = frame.Reader.ReadInt();
        if (bits == HeaderBits.None && index is null)
        {
            var part = RootOf(frame);
            foreach (var name in names)
            {
                foreach (var field in FieldsOf(part, name))
                    AddAddresses(field, addressPart);
            }

            return keys;
        }

        foreach (var field in Select(Collect(frame, bits, names), index, (bits & HeaderBits.Last) != 0))
            AddAddresses(field, addressPart);
        return keys;
    }

    private void AddAddresses(SieveHeaderField field, AddressPart part)
    {
        _work.Spend(1 + field.Addresses.Count);
        foreach (var address in field.Addresses)
        {
            if (address.Kind == AddressKind.Mailbox)
                AddValue(part == AddressPart.All ? address.Address : PartOf(address.Local, address.Domain, part));
        }
    }

    /// <summary>RFC 5228 §2.7.4, RFC 5233 §4: an address without detail has none, which is not an empty one.</summary>
    private string? PartOf(string local, string domain, AddressPart part)
    {
        switch (part)
        {
            case AddressPart.Domain:
                return domain;
            case AddressPart.LocalPart:
                return local;
            default:
                var separator = local.AsSpan().IndexOfAny(_envelope.Separators);
                if (part == AddressPart.User)
                    return separator < 0 ? local : local[..separator];
                return separator < 0 ? null : local[(separator + 1)..];
        }
    }

    /// <summary>The fields of the names in the parts that the options say (RFC 5703 §4).</summary>
    private List<SieveHeaderField> Collect(ScriptFrame frame, HeaderBits bits, string[] names)
    {
        var fields = new List<SieveHeaderField>();
        var part = (bits & HeaderBits.Mime) == 0 ? RootOf(frame) : CurrentPart(frame);
        foreach (var name in names)
            Collect(part, name, (bits & HeaderBits.AnyChild) != 0, fields);
        return fields;
    }

    private void Collect(SievePart part, string name, bool below, List<SieveHeaderField> into)
    {
        into.AddRange(FieldsOf(part, name));
        if (!below)
            return;
        foreach (var child in part.Children)
            Collect(child, name, true, into);
    }

    private IReadOnlyList<SieveHeaderField> FieldsOf(SievePart part, string name)
    {
        var fields = part.Fields(name);
        _work.Spend(1 + fields.Count);
        return fields;
    }

    /// <summary>RFC 5260 §6: fields count from 1, from the top, or with :last from the end.</summary>
    private static List<SieveHeaderField> Select(List<SieveHeaderField> fields, long? index, bool last)
    {
        if (index is not { } number)
            return fields;
        return number < 1 || number > fields.Count ? [] : [fields[last ? fields.Count - (int)number : (int)number - 1]];
    }

    private bool Exists(ScriptFrame frame)
    {
        var bits = (HeaderBits)frame.Reader.ReadInt();
        var names = List(frame, frame.Reader.ReadInt());
        var part = (bits & HeaderBits.Mime) == 0 ? RootOf(frame) : CurrentPart(frame);
        return Array.TrueForAll(names, name => Exists(part, name, (bits & HeaderBits.AnyChild) != 0));
    }

    private bool Exists(SievePart part, string name, bool below) =>
        FieldsOf(part, name).Count > 0 || (below && part.Children.Any(child => Exists(child, name, true)));

    private int GatherBody(ScriptFrame frame)
    {
        var transform = (BodyTransform)frame.Reader.ReadInt();
        var types = OptionalList(frame, frame.Reader.ReadOptionalId());
        var keys = frame.Reader.ReadInt();
        var message = View(frame);
        if (!message.HasBody)
            return keys;
        switch (transform)
        {
            case BodyTransform.Raw:
                _values.Add(message.RawBody);
                break;
            case BodyTransform.Text:
                _values.AddRange(message.BodyTexts);
                break;
            default:
                _values.AddRange(message.BodyContents(types));
                break;
        }

        foreach (var value in _values)
            _work.Spend(1 + (value.Length >> 8));
        return keys;
    }

    private int GatherFlags(ScriptFrame frame)
    {
        var variables = frame.Reader.ReadOptionalId();
        if (variables < 0)
        {
            _values.AddRange(_flags);
        }
        else
        {
            foreach (var slot in frame.Program.Lists[variables])
                _values.AddRange(FlagList.Words(Variable(frame, slot)).Distinct(StringComparer.OrdinalIgnoreCase));
        }

        return frame.Reader.ReadInt();
    }

    /// <summary>RFC 5235 §3.1: what was not tested has the value 0, and is not counted.</summary>
    private void AddScanned(ScriptFrame frame, long? value)
    {
        if (value is not null || !IsCount(frame))
            _values.Add(Number(value ?? 0));
    }

    /// <summary>RFC 5235 §3.2: 1 no spam … 10 certainly spam; with :percent 0 … 100. Only certainty itself is the last one.</summary>
    private long? SpamValue(bool percent)
    {
        if (_options.Spam is not { } scanner || scanner.Read(_original) is not { } value)
            return null;
        if (scanner.Form == SieveScannerForm.Word)
            return percent ? (long)((Math.Clamp(value, 1, 10) - 1) * 100 / 9) : (long)Math.Clamp(value, 0, 10);
        return percent ? (long)(value * 100) : 1 + (long)(value * 9);
    }

    /// <summary>RFC 5235 §3.3: 1 no virus … 5 certainly one.</summary>
    private long? VirusValue()
    {
        if (_options.Virus is not { } scanner || scanner.Read(_original) is not { } value)
            return null;
        return scanner.Form == SieveScannerForm.Word ? (long)Math.Clamp(value, 0, 5) : 1 + (long)(value * 4);
    }
}
