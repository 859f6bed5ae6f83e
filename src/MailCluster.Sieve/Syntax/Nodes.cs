namespace MailCluster.Sieve.Syntax;

/// <summary>A command or test as it is written: the grammar of RFC 5228 §8.2 has one shape for both.</summary>
/// <param name="Name">As written; names are the same in any case.</param>
/// <param name="Offset">Where the name stands.</param>
/// <param name="Arguments">In order, tags among them.</param>
/// <param name="Tests">The test or the tests in parentheses.</param>
/// <param name="HasTestList">True if the tests are in parentheses.</param>
/// <param name="Block">What stands in braces; null if a semicolon ended the command.</param>
internal sealed record CommandNode(
    string Name, int Offset, IReadOnlyList<ArgumentNode> Arguments, IReadOnlyList<CommandNode> Tests, bool HasTestList, IReadOnlyList<CommandNode>? Block)
{
    /// <summary>Where the command ends: at its semicolon or closing brace.</summary>
    internal int EndOffset { get; init; }

    internal bool Is(string name) => string.Equals(Name, name, StringComparison.OrdinalIgnoreCase);
}

internal abstract record ArgumentNode(int Offset);

/// <summary><c>:name</c>, without the colon.</summary>
internal sealed record TagNode(string Name, int Offset) : ArgumentNode(Offset);

internal sealed record NumberNode(long Value, int Offset) : ArgumentNode(Offset);

/// <summary>A string, which the grammar takes for a list of one where it wants a list (RFC 5228 §2.4.2.1).</summary>
internal sealed record StringListNode(IReadOnlyList<StringNode> Strings, bool IsList, int Offset) : ArgumentNode(Offset);

internal readonly record struct StringNode(string Text, int Offset);
