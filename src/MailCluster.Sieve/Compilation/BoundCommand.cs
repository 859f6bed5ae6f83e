using MailCluster.Sieve.Syntax;

namespace MailCluster.Sieve.Compilation;

/// <summary>A command whose arguments have been told apart and found to be what its <see cref="CommandSpec"/> says.</summary>
internal sealed class BoundCommand(CommandSpec spec, CommandNode node)
{
    private readonly Dictionary<string, (TagNode Tag, ArgumentNode? Value)> _tags = new(StringComparer.Ordinal);
    private ArgumentNode?[] _positional = new ArgumentNode?[spec.Positional.Length];

    internal CommandSpec Spec => spec;

    internal CommandNode Node => node;

    internal int Offset => node.Offset;

    internal bool Has(string tag) => _tags.ContainsKey(tag);

    internal int OffsetOf(string tag) => _tags[tag].Tag.Offset;

    internal StringNode? StringOf(string tag) => _tags.TryGetValue(tag, out var entry) && entry.Value is StringListNode list ? list.Strings[0] : null;

    internal StringListNode? StringsOf(string tag) => _tags.TryGetValue(tag, out var entry) ? entry.Value as StringListNode : null;

    internal long? NumberOf(string tag) => _tags.TryGetValue(tag, out var entry) && entry.Value is NumberNode number ? number.Value : null;

    /// <summary>True if an optional positional argument was given.</summary>
    internal bool HasPositional(int index) => _positional[index] is not null;

    internal StringNode String(int index) => Strings(index).Strings[0];

    internal StringListNode Strings(int index) => (StringListNode)_positional[index]!;

    internal long Number(int index) => ((NumberNode)_positional[index]!).Value;

    internal bool TryAdd(TagNode tag, ArgumentNode? value) => _tags.TryAdd(tag.Name, (tag, value));

    internal IEnumerable<string> TagNames => _tags.Keys;

    internal void SetPositional(ArgumentNode?[] positional) => _positional = positional;
}
