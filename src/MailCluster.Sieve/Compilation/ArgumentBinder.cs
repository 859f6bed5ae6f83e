using MailCluster.Sieve.Syntax;

namespace MailCluster.Sieve.Compilation;

/// <summary>Tells tagged from positional arguments (RFC 5228 §2.6) and checks all against the command's specification.</summary>
internal sealed class ArgumentBinder(ExtensionSet extensions, Diagnostics diagnostics)
{
    /// <summary>Null if something was wrong, which has been told.</summary>
    internal BoundCommand? Bind(CommandSpec spec, CommandNode node)
    {
        var bound = new BoundCommand(spec, node);
        var positional = new List<ArgumentNode>();
        var isGood = true;
        for (var i = 0; i < node.Arguments.Count; i++)
        {
            if (node.Arguments[i] is not TagNode tag)
            {
                positional.Add(node.Arguments[i]);
                continue;
            }

            if (FindTag(spec, tag) is not { } found)
            {
                isGood = false;

                // What an unknown tag takes is not known: what stands behind it is counted only if it could be the last arguments.
                continue;
            }

            if (positional.Count > 0)
            {
                diagnostics.Error(tag.Offset, $"the tag :{tag.Name} stands behind an argument", $"tags come first: {spec.Usage}");
                isGood = false;
            }

            ArgumentNode? value = null;
            if (found.Value is { } kind)
            {
                value = i + 1 < node.Arguments.Count ? node.Arguments[i + 1] : null;
                if (value is null || !IsA(value, kind))
                {
                    diagnostics.Error(tag.Offset, $"the tag :{tag.Name} needs {Describe(kind)} behind it", $"usage: {spec.Usage}");
                    isGood = false;
                    if (value is null or TagNode)
                        continue;
                }

                i++;
            }

            isGood &= TryAdd(bound, found, new TagNode(found.Name, tag.Offset), value);
        }

        return TryPositional(bound, spec, node, positional, isGood) && HasRightShape(spec, node) && isGood ? bound : null;
    }

    private TagSpec? FindTag(CommandSpec spec, TagNode tag)
    {
        var found = spec.Tags.FirstOrDefault(known => string.Equals(known.Name, tag.Name, StringComparison.OrdinalIgnoreCase));
        if (found is null)
        {
            var nearest = Suggestions.Nearest(tag.Name, spec.Tags.Where(known => extensions.MayUse(known.Extension)).Select(static known => known.Name));
            diagnostics.Error(tag.Offset, $"'{spec.Name}' has no tag :{tag.Name}", nearest is null ? $"usage: {spec.Usage}" : $"did you mean :{nearest}?");
            return null;
        }

        if (extensions.TryUse(found.Extension))
            return found;
        diagnostics.Error(tag.Offset, $"the tag :{tag.Name} of '{spec.Name}' is of an extension that is not required", extensions.HowToEnable(found.Extension!));
        return null;
    }

    private bool TryAdd(BoundCommand bound, TagSpec spec, TagNode tag, ArgumentNode? value)
    {
        var rival = spec.Group is null ? null : bound.TagNames.FirstOrDefault(name => name != spec.Name && bound.Spec.Tags.Any(known => known.Name == name && known.Group == spec.Group));
        if (rival is not null)
        {
            diagnostics.Error(tag.Offset, $":{tag.Name} and :{rival} exclude each other", "keep one of them");
            return false;
        }

        if (bound.TryAdd(tag, value))
            return true;
        diagnostics.Error(tag.Offset, $"the tag :{tag.Name} is given twice", "remove one of them");
        return false;
    }

    private bool TryPositional(BoundCommand bound, CommandSpec spec, CommandNode node, List<ArgumentNode> given, bool isGood)
    {
        var missing = spec.Positional.Length - given.Count;
        if (missing < 0 || missing > spec.OptionalCount)
        {
            if (isGood)
            {
                diagnostics.Error(
                    missing < 0 ? given[spec.Positional.Length].Offset : node.Offset,
                    missing < 0 ? $"'{spec.Name}' takes {Count(spec.Positional.Length)}, and there are {given.Count}" : $"'{spec.Name}' lacks {(missing == 1 ? "an argument" : "arguments")}",
                    $"usage: {spec.Usage}");
            }

            return false;
        }

        var positional = new ArgumentNode?[spec.Positional.Length];
        var first = spec.OptionalAtEnd ? 0 : missing;
        for (var i = 0; i < given.Count; i++)
        {
            positional[first + i] = given[i];
            if (IsA(given[i], spec.Positional[first + i]))
                continue;
            diagnostics.Error(given[i].Offset, $"'{spec.Name}' takes {Describe(spec.Positional[first + i])} here", $"usage: {spec.Usage}");
            return false;
        }

        bound.SetPositional(positional);
        return true;
    }

    private bool HasRightShape(CommandSpec spec, CommandNode node)
    {
        var isGood = true;
        var isRight = spec.Tests switch
        {
            TestCount.None => node.Tests.Count == 0 && !node.HasTestList,
            TestCount.One => node.Tests.Count == 1 && !node.HasTestList,
            _ => node.Tests.Count > 0 && node.HasTestList,
        };
        if (!isRight && spec.Tests == TestCount.None && node is { HasTestList: false, Tests: [var next] } && IsCommand(next.Name))
        {
            // Without its semicolon a command takes the next one for its test.
            diagnostics.Error(next.Offset, $"'{next.Name}' behind '{node.Name}', where a semicolon was expected", $"end the command '{node.Name}' with ;");
            return false;
        }

        if (!isRight)
        {
            diagnostics.Error(
                node.Tests.Count > 0 ? node.Tests[0].Offset : node.Offset,
                spec.Tests switch
                {
                    TestCount.None => $"'{spec.Name}' takes no test",
                    TestCount.One => $"'{spec.Name}' takes one test, without parentheses",
                    _ => $"'{spec.Name}' takes tests in parentheses",
                },
                $"usage: {spec.Usage}");
            isGood = false;
        }

        if (spec.HasBlock && node.Block is null)
        {
            diagnostics.Error(node.EndOffset, $"'{spec.Name}' needs a block", $"usage: {spec.Usage}");
            isGood = false;
        }
        else if (!spec.HasBlock && node.Block is not null)
        {
            diagnostics.Error(node.Offset, $"'{spec.Name}' takes no block", $"end it with ; (usage: {spec.Usage})");
            isGood = false;
        }

        return isGood;
    }

    private static bool IsCommand(string name) =>
        name.ToUpperInvariant() is "IF" or "ELSIF" or "ELSE" or "REQUIRE" || CommandTable.Find(name) is { } spec && (spec.Kind & CommandKind.Test) == 0;

    private static bool IsA(ArgumentNode argument, ArgumentKind kind) => kind switch
    {
        ArgumentKind.Number => argument is NumberNode,
        ArgumentKind.Strings => argument is StringListNode { Strings.Count: > 0 },
        _ => argument is StringListNode { IsList: false },
    };

    private static string Describe(ArgumentKind kind) => kind switch
    {
        ArgumentKind.Number => "a number",
        ArgumentKind.Strings => "a string or a list of strings",
        _ => "a string",
    };

    private static string Count(int count) => count switch { 0 => "no arguments", 1 => "one argument", _ => $"{count} arguments" };
}
