namespace MailCluster.Sieve;

/// <summary>
/// A message as a script sees it. Immutable: an edit gives another message, whose bytes are made once and only when somebody asks for them. Members
/// are called by one run at a time; two runs over one message are two calls of <c>Create</c>.
/// </summary>
public abstract partial class SieveMessage
{
    /// <summary>Octets of the message as it is now (RFC 5228 §5.9).</summary>
    public abstract long Size { get; }

    /// <summary>True if this is not the message that was delivered.</summary>
    public abstract bool IsEdited { get; }

    /// <summary>The message itself as a part: its header is the message's header.</summary>
    public abstract SievePart Root { get; }

    /// <summary>The message in octets, with the edits.</summary>
    public abstract ReadOnlyMemory<byte> ToBytes();

    /// <summary>False if the message ends with its header, without the blank line: no <c>body</c> test is true then (RFC 5173 §4).</summary>
    public abstract bool HasBody { get; }

    /// <summary>All behind the header, undecoded (RFC 5173 §5.1, <c>body :raw</c>).</summary>
    public abstract string RawBody { get; }

    /// <summary>
    /// The contents of the parts that are of one of some types, decoded to text, as RFC 5173 §5.2 has it for multipart and message parts; each part once. A type is
    /// empty (all parts), a type (<c>text</c>) or type and subtype (<c>text/html</c>), in any case.
    /// </summary>
    public abstract IReadOnlyList<string> BodyContents(params IReadOnlyList<string> types);

    /// <summary>The readable text of the message, part by part, markup removed (RFC 5173 §5.3, <c>body :text</c>).</summary>
    public abstract IReadOnlyList<string> BodyTexts { get; }

    /// <summary>The part that <paramref name="part"/>, of a message that this one was made from, is now; null if it is no longer there.</summary>
    public abstract SievePart? Find(SievePart part);

    /// <summary>The message without its enclosures: what <c>redirect</c> sends (RFC 5703 §6). The same object if there are none.</summary>
    public abstract SieveMessage Unenclosed { get; }

    /// <summary>Adds a field before all others, or behind them (RFC 5293 §4). The value is Unicode; it is encoded and folded here.</summary>
    public abstract SieveMessage AddHeader(string name, string value, bool last);

    /// <summary>Removes fields (RFC 5293 §5): <paramref name="occurrences"/> are positions among the fields of that name, 0 being the topmost, ascending.</summary>
    public abstract SieveMessage DeleteHeaders(string name, IReadOnlyList<int> occurrences);

    /// <summary>
    /// Puts another part in the place of one (RFC 5703 §5). <paramref name="part"/> is of this message or of one that this one was made from; a part
    /// that is no longer there leaves the message as it is.
    /// </summary>
    /// <exception cref="SieveEditException">The new part cannot stand there.</exception>
    public abstract SieveMessage Replace(SievePart part, SieveReplacement replacement);

    /// <summary>Makes the message a part of a new one (RFC 5703 §6).</summary>
    public abstract SieveMessage Enclose(SieveEnclosure enclosure);
}

/// <summary>What <c>replace</c> puts in a part's place.</summary>
/// <param name="Content">Text, or with <paramref name="IsMime"/> a MIME entity: header, blank line, body.</param>
/// <param name="IsMime">True for <c>:mime</c>.</param>
/// <param name="Subject">The new Subject if the whole message is replaced; null leaves the old one.</param>
/// <param name="From">The new From if the whole message is replaced; null leaves the old one.</param>
public sealed record SieveReplacement(string Content, bool IsMime, string? Subject, string? From);

/// <summary>What <c>enclose</c> puts around a message.</summary>
/// <param name="Text">The text of the first part.</param>
/// <param name="Subject">The new Subject; null copies the old one.</param>
/// <param name="Headers">Names of fields to copy from the message (<c>:headers</c>).</param>
public sealed record SieveEnclosure(string Text, string? Subject, IReadOnlyList<string> Headers)
{
    /// <summary>The new From, the user's address; null, or a From among <see cref="Headers"/>, copies the old one.</summary>
    public string? From { get; init; }

    /// <summary>The new Date, the time of the run; null, or a Date among <see cref="Headers"/>, copies the old one.</summary>
    public DateTimeOffset? Date { get; init; }
}
