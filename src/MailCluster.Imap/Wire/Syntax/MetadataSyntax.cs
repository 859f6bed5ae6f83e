using System.Collections.Immutable;
using System.Text;
using MailCluster.Imap.Commands;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Wire.Syntax;

/// <summary>The commands of METADATA (RFC 5464 §5). An entry that cannot be one makes the command BAD (§3.2).</summary>
/// <remarks>
/// The grammar has the options of GETMETADATA before the mailbox, the examples of §4.2 behind it, and several entries there without parentheses: clients were
/// written after either, so all are taken.
/// </remarks>
internal static class MetadataSyntax
{
    public static ImapCommand? Get(scoped ref WireReader reader, string tag)
    {
        var options = new Options(AnnotationDepth.Here, null);
        if (!reader.ExpectSpace())
            return null;
        var hasOptions = reader.TryReadByte((byte)'(');
        if (hasOptions && (!ExpectOptions(ref reader, out options) || !reader.ExpectSpace()))
            return null;
        if (!reader.ExpectMailbox(out var mailbox) || !reader.ExpectSpace())
            return null;
        if (!hasOptions && StartsWithOption(reader) && (!reader.ExpectOpen() || !ExpectOptions(ref reader, out options) || !reader.ExpectSpace()))
            return null;
        return ExpectEntries(ref reader, out var paths) ? new GetMetadataCommand(tag, mailbox, paths, options.Depth, options.SizeMax) : null;
    }

    /// <summary><c>SETMETADATA "" (/shared/comment "text" /private/comment NIL)</c></summary>
    public static ImapCommand? Set(scoped ref WireReader reader, string tag)
    {
        if (!reader.ExpectSpace() || !reader.ExpectMailbox(out var mailbox) || !reader.ExpectSpace() || !reader.ExpectOpen())
            return null;
        var changes = ImmutableArray.CreateBuilder<AnnotationChange>();
        var items = 0;
        do
        {
            if (!reader.ExpectAString(out var bytes))
                return null;
            if (!AnnotationName.TryCreate(Encoding.Latin1.GetString(bytes), out var entry, out var problem))
                return Refused(ref reader, problem);
            if (!reader.ExpectSpace() || !reader.ExpectNString8(out var value, out var isNil))
                return null;
            changes.Add(new AnnotationChange(entry, isNil ? (ImmutableArray<byte>?)null : [.. value]));
        }
        while (reader.NextInList(ref items));
        return reader.Error is null ? new SetMetadataCommand(tag, mailbox, changes.DrainToImmutable()) : null;
    }

    /// <summary>Also of LIST's return option METADATA (RFC 9590).</summary>
    public static bool ExpectEntries(scoped ref WireReader reader, out ImmutableArray<AnnotationPath> paths)
    {
        paths = [];
        var many = ImmutableArray.CreateBuilder<AnnotationPath>();
        var inList = reader.TryReadByte((byte)'(');
        var items = 0;
        do
        {
            if (!reader.ExpectAString(out var bytes))
                return false;
            if (!AnnotationPath.TryCreate(Encoding.Latin1.GetString(bytes), out var path, out var problem))
                return reader.Reject(problem);
            many.Add(path);
        }
        while (inList ? reader.NextInList(ref items) : NextBare(ref reader, ref items));
        paths = many.DrainToImmutable();
        return reader.Error is null;
    }

    private static bool NextBare(scoped ref WireReader reader, ref int items) =>
        reader.TryReadSpaceBefore((byte)'/') && (++items < reader.Limits.ListItemsMax || reader.Reject("Too many items in a list", RejectionKind.Limit));

    /// <summary>A list of options begins with a word; one of entries with a slash, a quote or a literal.</summary>
    private static bool StartsWithOption(WireReader reader) => reader.TryReadByte((byte)'(') && char.IsAsciiLetter((char)reader.Peek);

    /// <summary>Behind the opening parenthesis.</summary>
    private static bool ExpectOptions(scoped ref WireReader reader, out Options options)
    {
        options = new Options(AnnotationDepth.Here, null);
        var items = 0;
        do
        {
            if (reader.TryReadWord("MAXSIZE"u8))
            {
                if (!reader.ExpectSpace() || !reader.ExpectNumber(out var size))
                    return false;
                options = options with { SizeMax = (int)Math.Min(size, int.MaxValue) };
            }
            else if (reader.TryReadWord("DEPTH"u8))
            {
                if (!reader.ExpectSpace() || !ExpectDepth(ref reader, out var depth))
                    return false;
                options = options with { Depth = depth };
            }
            else
            {
                return reader.Reject("Unknown GETMETADATA option");
            }
        }
        while (reader.NextInList(ref items));
        return reader.Error is null;
    }

    private static bool ExpectDepth(scoped ref WireReader reader, out AnnotationDepth depth)
    {
        depth = AnnotationDepth.Here;
        if (!reader.ExpectAtom(out var word))
            return false;
        if (word.SequenceEqual("0"u8))
            return true;
        if (word.SequenceEqual("1"u8))
            depth = AnnotationDepth.Below;
        else if (Ascii.EqualsIgnoreCase(word, "infinity"u8))
            depth = AnnotationDepth.All;
        else
            return reader.Reject("DEPTH is 0, 1 or infinity");
        return true;
    }

    private static ImapCommand? Refused(scoped ref WireReader reader, string problem)
    {
        reader.Reject(problem);
        return null;
    }

    private readonly record struct Options(AnnotationDepth Depth, int? SizeMax);
}
