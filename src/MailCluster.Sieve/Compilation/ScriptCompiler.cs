using MailCluster.Sieve.Programs;
using MailCluster.Sieve.Syntax;

namespace MailCluster.Sieve.Compilation;

/// <summary>Compiles one script: what commands in a row become. Tests, strings and arguments are in files of their own.</summary>
internal sealed partial class ScriptCompiler
{
    private static readonly string[] s_ofDelivery = ["reject", "ereject", "vacation", "vacation-seconds", "duplicate"];

    private readonly SourceText _source;
    private readonly ArgumentBinder _binder;
    private readonly Stack<LoopScope> _loops = new();
    private bool _mayRequire = true;

    internal ScriptCompiler(SourceText source, Diagnostics diagnostics, SieveCompilerOptions options, SieveScope scope)
    {
        _source = source;
        Diagnostics = diagnostics;
        Options = options;
        Scope = scope;
        Extensions = new ExtensionSet(scope == SieveScope.Global ? options.GlobalExtensions : options.PersonalExtensions);
        _binder = new ArgumentBinder(Extensions, diagnostics);
    }

    /// <summary>A foreverypart loop that the code being written is in.</summary>
    private sealed record LoopScope(string? Name, ProgramBuilder.Label End);

    internal ProgramBuilder Code { get; } = new();

    internal Diagnostics Diagnostics { get; }

    internal ExtensionSet Extensions { get; }

    internal SieveCompilerOptions Options { get; }

    internal SieveScope Scope { get; }

    internal bool IsInLoop => _loops.Count > 0;

    internal SieveProgram Compile(IReadOnlyList<CommandNode> commands)
    {
        CompileBlock(commands);
        Code.Op(OpCode.End, 0);
        foreach (var (name, offset) in Extensions.Unused)
        {
            if (!name.StartsWith("comparator-", StringComparison.Ordinal))
                Diagnostics.Warning(offset, $"\"{name}\" is required and not used", "remove it from require");
        }

        return Code.Build(Extensions.Required);
    }

    /// <summary>Begins an operation that belongs to a command.</summary>
    internal ProgramBuilder Op(OpCode op, int offset) => Code.Op(op, _source.LineOf(offset));

    /// <summary>Compiles commands in a row; true if control may come out at their end.</summary>
    private bool CompileBlock(IReadOnlyList<CommandNode> commands)
    {
        var falls = true;
        var isTold = false;
        for (var i = 0; i < commands.Count && !Diagnostics.IsFull; i++)
        {
            var command = commands[i];
            if (!falls && !isTold)
            {
                Diagnostics.Warning(command.Offset, $"'{command.Name}' is never reached", "remove it, or the command that ends the script before it");
                isTold = true;
            }

            if (command.Is("require"))
            {
                CompileRequire(command);
                continue;
            }

            _mayRequire = false;
            if (command.Is("if"))
                falls &= CompileIf(commands, ref i);
            else
                falls &= CompileCommand(command);
        }

        return falls;
    }

    /// <summary>True if control goes on behind the command.</summary>
    private bool CompileCommand(CommandNode command)
    {
        if (command.Is("elsif") || command.Is("else"))
        {
            Diagnostics.Error(command.Offset, $"'{command.Name}' without an 'if' before it", "it has to follow the block of an if or elsif directly");
            if (command.Block is not null)
                CompileBlock(command.Block);
            return true;
        }

        if (FindCommand(command, CommandKind.Control | CommandKind.Action) is not { } spec)
        {
            // The tests and the block of an unknown command may hold errors of their own that are worth telling.
            if (command.Block is not null)
                CompileBlock(command.Block);
            return true;
        }

        var bound = _binder.Bind(spec, command);
        switch (spec.Name)
        {
            case "foreverypart":
                CompileLoop(command, bound);
                return true;
            case "break":
                if (bound is not null)
                    CompileBreak(bound);
                return false;
            default:
                if (bound is not null)
                    spec.Emit!(bound, this);
                return spec.Name is not ("stop" or "return" or "error");
        }
    }

    private CommandSpec? FindCommand(CommandNode node, CommandKind kind)
    {
        var spec = CommandTable.Find(node.Name);
        if (spec is null)
        {
            var names = CommandTable.All.Where(known => (known.Kind & kind) != 0 && Extensions.MayUse(known.Extension)).Select(static known => known.Name);
            var nearest = Suggestions.Nearest(node.Name, kind == CommandKind.Test ? names : names.Concat(["if", "elsif", "else", "require"]));
            Diagnostics.Error(node.Offset, $"unknown {(kind == CommandKind.Test ? "test" : "command")} '{node.Name}'", nearest is null ? null : $"did you mean '{nearest}'?");
            return null;
        }

        if ((spec.Kind & kind) == 0)
        {
            var isTest = kind == CommandKind.Test;
            Diagnostics.Error(node.Offset, isTest ? $"'{node.Name}' is a command, not a test" : $"'{node.Name}' is a test, not a command", isTest ? null : "use it behind if");
            return null;
        }

        if (Extensions.TryUse(spec.Extension))
            return spec;
        Diagnostics.Error(node.Offset, $"'{node.Name}' is of an extension that is not required", Extensions.HowToEnable(spec.Extension!));
        return null;
    }

    /// <summary>RFC 5228 §3.2.</summary>
    private void CompileRequire(CommandNode command)
    {
        if (!_mayRequire)
            Diagnostics.Error(command.Offset, "'require' stands behind other commands", "move it to the top of the script");
        if (command.Arguments is not [StringListNode list] || command.Tests.Count > 0 || command.Block is not null)
        {
            Diagnostics.Error(command.Offset, "'require' takes a string or a list of strings", "usage: require [\"fileinto\", \"reject\"];");
            return;
        }

        foreach (var entry in list.Strings)
        {
            if (!Extensions.IsAvailable(entry.Text))
            {
                var nearest = Suggestions.Nearest(entry.Text, SieveExtensions.All.Where(Extensions.IsAvailable));
                Diagnostics.Error(
                    entry.Offset,
                    SieveExtensions.IsKnown(entry.Text) ? $"the extension \"{entry.Text}\" is not enabled here" : $"unknown extension \"{entry.Text}\"",
                    CommandTable.Find(entry.Text) is { Extension: null } || entry.Text is "if" ? "it is part of the language itself; remove it from require"
                    : nearest is null ? null : $"did you mean \"{nearest}\"?");
            }
            else if (!Extensions.Require(entry.Text, entry.Offset))
            {
                Diagnostics.Warning(entry.Offset, $"\"{entry.Text}\" is required twice", "remove one of them");
            }
            else if (entry.Text == "imapsieve" || s_ofDelivery.Contains(entry.Text))
            {
                CheckImapSieve(entry);
            }
        }
    }

    /// <summary>RFC 6785 §3.11, RFC 7352 §3.4: what belongs to a delivery has no meaning where there is none.</summary>
    private void CheckImapSieve(StringNode entry)
    {
        var rival = Array.Find(s_ofDelivery, Extensions.Has);
        if (Extensions.Has("imapsieve") && rival is not null)
            Diagnostics.Error(entry.Offset, $"\"imapsieve\" and \"{rival}\" cannot be required together", "write one script for deliveries and one for events of IMAP");
        Extensions.Use(entry.Text == "imapsieve" ? "imapsieve" : "");
    }

    /// <summary>RFC 5228 §3.1: an if with the elsif and else commands behind it; <paramref name="at"/> moves to the last of them.</summary>
    private bool CompileIf(IReadOnlyList<CommandNode> commands, ref int at)
    {
        var end = new ProgramBuilder.Label();
        var falls = false;
        var hasElse = false;
        var isDecided = false;   // a branch before was certain to be taken
        var isHidden = false;    // by ihave: what is behind may be of extensions that are not here
        while (true)
        {
            var branch = commands[at];
            var next = new ProgramBuilder.Label();
            var value = TestValue.Unknown;
            if (branch.Is("else"))
            {
                hasElse = true;
                CheckShape(branch, 0);
            }
            else if (!isHidden && CheckShape(branch, 1))
            {
                value = CompileTest(branch.Tests[0], next, false);
            }

            if (isDecided && !isHidden && branch.Block is { Count: > 0 } unreached)
                Diagnostics.Warning(unreached[0].Offset, $"the block of this '{branch.Name}' is never reached", null);
            else if (value == TestValue.False && branch.Block is { Count: > 0 } never)
                Diagnostics.Warning(never[0].Offset, $"the block of this '{branch.Name}' is never reached", "its test is always false");

            var isSkipped = isHidden || value == TestValue.FalseByIhave;
            if (!isSkipped && branch.Block is not null)
            {
                var blockFalls = CompileBlock(branch.Block);
                falls |= blockFalls && value != TestValue.False && !isDecided;
            }

            var hasNext = at + 1 < commands.Count && (commands[at + 1].Is("elsif") || commands[at + 1].Is("else")) && !hasElse;
            if (hasNext && !isSkipped)
                Code.Op(OpCode.Jump, 0).Target(end);
            Code.Mark(next);
            isDecided |= value is TestValue.True or TestValue.TrueByIhave;
            isHidden |= value == TestValue.TrueByIhave;
            if (!hasNext)
                break;
            at++;
        }

        Code.Mark(end);
        return falls || !(hasElse || isDecided);
    }

    private bool CheckShape(CommandNode branch, int tests)
    {
        var usage = tests == 0 ? "else { … }" : $"{branch.Name} <test> {{ … }}";
        if (branch.Arguments.Count > 0)
            Diagnostics.Error(branch.Arguments[0].Offset, $"'{branch.Name}' takes no argument", $"usage: {usage}");
        else if (branch.Tests.Count != tests || branch.HasTestList)
            Diagnostics.Error(branch.Offset, tests == 0 ? "'else' takes no test" : $"'{branch.Name}' takes one test", branch.HasTestList ? "put anyof or allof before the parentheses" : $"usage: {usage}");
        else if (branch.Block is null)
            Diagnostics.Error(branch.EndOffset, $"'{branch.Name}' needs a block", $"usage: {usage}");
        else
            return true;
        return false;
    }

    /// <summary>RFC 5703 §3.</summary>
    private void CompileLoop(CommandNode command, BoundCommand? bound)
    {
        var end = new ProgramBuilder.Label();
        var body = new ProgramBuilder.Label();
        Op(OpCode.PartsBegin, command.Offset).Target(end);
        Code.Mark(body);
        _loops.Push(new LoopScope(bound?.StringOf("name") is { } name ? ConstantOf(name, "the name of a loop") : null, end));
        CompileBlock(command.Block ?? []);
        _loops.Pop();
        Op(OpCode.PartsNext, command.EndOffset).Target(body);
        Code.Mark(end);
    }

    private void CompileBreak(BoundCommand command)
    {
        var name = command.StringOf("name") is { } node ? ConstantOf(node, "the name of a loop") : null;
        ulong levels = 0;
        foreach (var loop in _loops)
        {
            levels++;
            if (name is null || string.Equals(loop.Name, name, StringComparison.Ordinal))
            {
                Op(OpCode.PartsBreak, command.Offset).Number(levels).Target(loop.End);
                return;
            }
        }

        Diagnostics.Error(command.Offset, name is null ? "'break' outside of foreverypart" : $"'break' out of a loop \"{name}\" that it is not in", name is null ? null : "give the loop that name: foreverypart :name");
    }
}
