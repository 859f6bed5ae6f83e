using System.Collections.Immutable;
using System.Text;
using MailCluster.Mime;

namespace MailCluster.Sieve;

internal sealed partial class EditableMessage
{
    public override SieveMessage AddHeader(string name, string value, bool last)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (!IsFieldName(name))
            throw new SieveEditException($"\"{name}\" is no field name");
        var header = _root.Header;
        return Edited(_root.With(header.WithAdded(header.MakeText(name, value), last)));
    }

    public override SieveMessage DeleteHeaders(string name, IReadOnlyList<int> occurrences)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(occurrences);
        if (occurrences.Count == 0)
            return this;
        var fields = _root.Header.Fields;
        var left = ImmutableArray.CreateBuilder<MessageField>(fields.Length);
        var occurrence = 0;
        var next = 0;
        foreach (var field in fields)
        {
            if (field.Is(name) && next < occurrences.Count && occurrences[next] == occurrence++)
                next++;
            else
                left.Add(field);
        }

        return left.Count == fields.Length ? this : Edited(_root.With(_root.Header.With(left.DrainToImmutable())));
    }

    public override SieveMessage Replace(SievePart part, SieveReplacement replacement)
    {
        ArgumentNullException.ThrowIfNull(part);
        ArgumentNullException.ThrowIfNull(replacement);
        var path = new List<(MessagePart Part, int Index)>();
        if (part is not MessagePart known || FindPath(_root, known.Key, path) is not { } target)
            return this;

        var maker = new PartMaker(_root.Header, _limits, _budget);
        var made = replacement.IsMime
            ? maker.FromEntity(target, replacement.Content, path)
            : maker.FromText(target, replacement.Content);
        if (target.Place == MimePartPlace.Root)
            made = made.With(Renewed(made.Header, replacement));
        var surroundings = replacement.IsMime ? Surroundings.Merge(Surroundings.Of(made)) : _surroundings;

        for (var i = path.Count - 1; i >= 0; i--)
            made = path[i].Part.With(path[i].Part.Body.With(path[i].Index, made));
        return new EditableMessage(this, made, _unenclosed) { _surroundings = surroundings };
    }

    public override SieveMessage Enclose(SieveEnclosure enclosure)
    {
        ArgumentNullException.ThrowIfNull(enclosure);
        var around = Surroundings;
        var made = new PartMaker(_root.Header, _limits, _budget).Enclosed(_root, enclosure, around);
        return new EditableMessage(this, made, Unenclosed) { _surroundings = around with { Boundary = around.Boundary + 1 } };
    }

    private EditableMessage Edited(MessagePart root) => new(this, root, _unenclosed);

    /// <summary>The new Subject and From of a replaced message; the old ones stay under other names (RFC 5703 §5).</summary>
    private static MessageHeader Renewed(MessageHeader header, SieveReplacement replacement)
    {
        var fields = header.Fields;
        if (replacement.Subject is { } subject)
            fields = Rename(fields, "Subject", "Original-Subject").Add(header.MakeText("Subject", subject));
        if (replacement.From is { } from)
        {
            var field = header.MakeAddresses("From", from);
            // "Values that fail a validity check are ignored": a message without From would be worse than one with the old one.
            if (field.Addresses.Count > 0)
                fields = Rename(fields, "From", "Original-From").Add(field);
        }

        return fields == header.Fields ? header : header.With(fields);
    }

    private static ImmutableArray<MessageField> Rename(ImmutableArray<MessageField> fields, string name, string newName) =>
        [.. fields.Select(field => field.Is(name) ? field.Renamed(newName) : field)];

    private static MessagePart? FindPath(MessagePart part, object key, List<(MessagePart Part, int Index)> path)
    {
        if (ReferenceEquals(part.Key, key))
            return part;
        for (var i = 0; i < part.Body.Parts.Length; i++)
        {
            path.Add((part, i));
            if (FindPath(part.Body.Parts[i], key, path) is { } found)
                return found;
            path.RemoveAt(path.Count - 1);
        }

        return null;
    }

    private static bool IsFieldName(string name) =>
        name.Length is > 0 and <= 256 && !name.AsSpan().ContainsAnyExceptInRange('!', '~') && !name.Contains(':', StringComparison.Ordinal);

    /// <summary>What an enclosure has to know of the octets in it. Found once for the message that was delivered.</summary>
    private Surroundings Surroundings => _surroundings ??= Sieve.Surroundings.Of(_source.Span);

    private Surroundings? _surroundings;
}
