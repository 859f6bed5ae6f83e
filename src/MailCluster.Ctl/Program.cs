using System.CommandLine;
using MailCluster.Ctl;
using MailCluster.Ctl.Commands;

var root = new RootCommand("Administers a MailCluster node over its admin socket.");
root.Options.Add(CtlCommand.Socket);
root.Options.Add(CtlCommand.Format);
foreach (var command in new[]
         {
             UserCommands.Make(), AuthCommands.Make(), SessionCommands.Who(), SessionCommands.Kick(), MailboxCommands.Make(), MessageCommands.Search(),
             MessageCommands.Fetch(), MessageCommands.Save(), MessageCommands.Expunge(), NodeCommands.Stats(), NodeCommands.Fsck(),
         })
    root.Subcommands.Add(command);

// "@word" is a word here, not a file of arguments: a search may well look for it.
var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors) Console.Error.WriteLine($"mailctl: {error.Message}");
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

static IEnumerable<string> Verbs(System.CommandLine.Parsing.CommandResult result)
{
    var names = new List<string>();
    for (var command = result; command is { Command: not RootCommand }; command = command.Parent as System.CommandLine.Parsing.CommandResult) names.Insert(0, command.Command.Name);
    return names;
}

internal static partial class Program
{
    /// <summary>EPIPE.</summary>
    private const int BrokenPipe = 32;
}
