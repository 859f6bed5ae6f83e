using System.Collections.Immutable;

namespace MailCluster.Sieve.Compilation;

/// <summary>What a name may stand for.</summary>
[Flags]
internal enum CommandKind : byte
{
    Control = 1,
    Action = 2,
    Test = 4,
}

/// <summary>What an argument is (RFC 5228 §2.6).</summary>
internal enum ArgumentKind : byte
{
    String = 0,

    /// <summary>A string or a list of strings.</summary>
    Strings = 1,
    Number = 2,
}

/// <summary>How many tests stand behind the arguments.</summary>
internal enum TestCount : byte
{
    None = 0,
    One = 1,
    List = 2,
}

/// <summary>A tagged argument.</summary>
/// <param name="Name">Without the colon, lower case.</param>
/// <param name="Value">What stands behind the tag; null for nothing.</param>
/// <param name="Extension">What has to be required for it; null for nothing. Any one of several, separated by a bar.</param>
/// <param name="Group">Of the tags of a group only one may be given.</param>
internal sealed record TagSpec(string Name, ArgumentKind? Value = null, string? Extension = null, string? Group = null);

/// <summary>One command or test: what it takes, and what it becomes. Each has a file in <c>Commands/</c> of the same shape.</summary>
internal sealed record CommandSpec
{
    internal required string Name { get; init; }

    internal required CommandKind Kind { get; init; }

    /// <summary>What has to be required for it; null for nothing. Any one of several, separated by a bar.</summary>
    internal string? Extension { get; init; }

    internal ImmutableArray<TagSpec> Tags { get; init; } = [];

    /// <summary>Positional arguments in order.</summary>
    internal ImmutableArray<ArgumentKind> Positional { get; init; } = [];

    /// <summary>How many positional arguments may be missing: from the front, or with <see cref="OptionalAtEnd"/> from the end.</summary>
    internal int OptionalCount { get; init; }

    internal bool OptionalAtEnd { get; init; }

    internal TestCount Tests { get; init; }

    internal bool HasBlock { get; init; }

    /// <summary>How it is written, for messages.</summary>
    internal required string Usage { get; init; }

    /// <summary>Writes the operation. Null for those that the compiler itself makes into jumps.</summary>
    internal Action<BoundCommand, ScriptCompiler>? Emit { get; init; }
}
