using System.CommandLine;
using System.CommandLine.Parsing;
using MailCluster.Ctl;
using MailCluster.Ctl.Commands;

var root = CtlCommand.Root();
// "@word" is a word here, not a file of arguments: a search may well look for it.
var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
var problems = parsed.Errors.Select(error => error.Message).Concat(UnknownOptions(parsed)).ToList();
if (problems.Count > 0)
{
    foreach (var problem in problems) Console.Error.WriteLine($"mailctl: {problem}");
    Console.Error.WriteLine($"Try: mailctl {string.Concat(Verbs(parsed.CommandResult).Select(verb => verb + ' '))}--help");
    return ExitCodes.Usage;
}
try
{
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (IOException error) when (error.HResult == BrokenPipe)
{
    // The reader of our output (head, a pager) has seen enough.
    return ExitCodes.Success;
}
catch (Exception error)
{
    Console.Error.WriteLine($"mailctl: {error.GetType().Name}: {error.Message}");
    return ExitCodes.Internal;
}

// The parser takes a misspelt option for an argument where there is room for one; what really begins with a dash goes after "--".
static IEnumerable<string> UnknownOptions(ParseResult parsed) =>
    parsed.Tokens.Any(token => token.Type == TokenType.DoubleDash)
        ? []
        : parsed.CommandResult.Children.OfType<ArgumentResult>()
            .SelectMany(argument => argument.Tokens)
            .Where(token => token.Value.Length > 1 && token.Value[0] == '-')
            .Select(token => $"there is no option {token.Value} (after -- it is a word like any other)");

static IEnumerable<string> Verbs(CommandResult result)
{
    var names = new List<string>();
    for (var command = result; command is { Command: not RootCommand }; command = command.Parent as CommandResult)
        names.Insert(0, command.Command.Name);
    return names;
}

internal static partial class Program
{
    /// <summary>EPIPE.</summary>
    private const int BrokenPipe = 32;
}
