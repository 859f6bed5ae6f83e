using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using MailCluster.Ctl.Output;

namespace MailCluster.Ctl.Commands;

/// <summary>What every verb shares: the socket, the format, asking the node, printing rows, turning failures into exit codes.</summary>
internal static class CtlCommand
{
    public static Option<string?> Socket { get; } = new("--socket")
    {
        Description = $"the node's admin socket (default: ${AdminSocket.Variable}, ./data/admin.sock, /var/lib/mailcluster/admin.sock)",
        HelpName = "PATH",
        Recursive = true,
    };

    public static Option<OutputFormat> Format { get; } = MakeFormat();

    /// <summary><c>-u</c> of the verbs about mail.</summary>
    public static Option<string> User(bool isRequired = true) => new("--user", "-u")
    {
        Description = "the user, or several with * and ?: \"*@example.com\"",
        HelpName = "USER",
        Required = isRequired,
    };

    /// <summary>mailctl itself, with every verb.</summary>
    public static RootCommand Root()
    {
        var root = new RootCommand("Administers a MailCluster node over its admin socket.");
        root.Options.Add(Socket);
        root.Options.Add(Format);
        root.Subcommands.Add(UserCommands.Make());
        root.Subcommands.Add(AuthCommands.Make());
        root.Subcommands.Add(PwCommand.Make());
        root.Subcommands.Add(CertCommand.Make());
        root.Subcommands.Add(SessionCommands.Who());
        root.Subcommands.Add(SessionCommands.Kick());
        root.Subcommands.Add(OutboxCommands.Make());
        root.Subcommands.Add(BanCommands.Make());
        root.Subcommands.Add(MailboxCommands.Make());
        root.Subcommands.Add(MessageCommands.Search());
        root.Subcommands.Add(MessageCommands.Fetch());
        root.Subcommands.Add(MessageCommands.Save());
        root.Subcommands.Add(MessageCommands.Expunge());
        root.Subcommands.Add(SieveCommands.Make());
        root.Subcommands.Add(DeliverCommand.Make());
        root.Subcommands.Add(QuotaCommands.Make());
        root.Subcommands.Add(NodeCommands.Stats());
        root.Subcommands.Add(NodeCommands.Fsck());
        root.Subcommands.Add(ClusterCommands.Make());
        root.Subcommands.Add(MigrateCommand.Make());
        return root;
    }

    /// <summary>A verb that asks the node.</summary>
    public static Command Make(string name, string description, IEnumerable<Symbol> symbols, Func<ParseResult, CtlRun, Task<int>> action) =>
        MakeOffline(name, description, symbols, async (parsed, cancellationToken) =>
        {
            using var run = new CtlRun(parsed, cancellationToken);
            return await action(parsed, run);
        });

    /// <summary>A verb that needs no running node.</summary>
    public static Command MakeOffline(
        string name, string description, IEnumerable<Symbol> symbols, Func<ParseResult, CancellationToken, Task<int>> action)
    {
        var command = new Command(name, description);
        foreach (var symbol in symbols)
        {
            if (symbol is Option option) command.Options.Add(option);
            else command.Arguments.Add((Argument)symbol);
        }
        command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                return await action(parsed, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return ExitCodes.Interrupted;
            }
            catch (CtlException error)
            {
                await Console.Error.WriteLineAsync($"mailctl: {Content.Printable(error.Message, keepLines: true)}");
                return error.ExitCode;
            }
        });
        return command;
    }

    /// <summary>A verb with verbs below it.</summary>
    public static Command Group(string name, string description, params IEnumerable<Command> commands)
    {
        var group = new Command(name, description);
        foreach (var command in commands) group.Subcommands.Add(command);
        return group;
    }

    private static Option<OutputFormat> MakeFormat()
    {
        var option = new Option<OutputFormat>("--format", "-f")
        {
            Description = "table (for people) or json (one array)",
            HelpName = "table|json",
            Recursive = true,
        };
        option.CompletionSources.Add("table", "json");
        return option;
    }
}

/// <summary>One run of one verb.</summary>
internal sealed class CtlRun(ParseResult parsed, CancellationToken cancellationToken) : IDisposable
{
    private readonly AdminClient _node = new(
        AdminSocket.Find(parsed.GetValue(CtlCommand.Socket), Environment.GetEnvironmentVariable, File.Exists));

    public OutputFormat Format { get; } = parsed.GetValue(CtlCommand.Format);

    public CancellationToken Cancellation => cancellationToken;

    /// <summary>Asks and prints every row; error lines go to standard error. The answer is the exit code.</summary>
    /// <param name="verb">What is asked.</param>
    /// <param name="request">With what.</param>
    /// <param name="table">How rows are shown to people.</param>
    /// <param name="see">Told each row.</param>
    /// <param name="keep">Whether a row is printed; all are if this is left out.</param>
    public Task<int> PrintAsync(
        string verb, JsonObject request, Func<IRowPrinter>? table = null, Action<JsonElement>? see = null, Predicate<JsonElement>? keep = null) =>
        PrintAsync(_node.AskAsync(verb, request, cancellationToken), table, see, keep);

    public Task<int> PrintAsync(string verb, HttpContent content, Func<IRowPrinter>? table = null) =>
        PrintAsync(_node.AskAsync(verb, content, cancellationToken), table);

    public IAsyncEnumerable<JsonElement> AskAsync(string verb, JsonObject request) => _node.AskAsync(verb, request, cancellationToken);

    public IRowPrinter Printer(Func<IRowPrinter>? table = null) =>
        Format == OutputFormat.Json
            ? new JsonPrinter(new BufferedStream(Console.OpenStandardOutput()))
            : table?.Invoke() ?? new TablePrinter(Console.Out);

    /// <summary>Shows an error line of a verb that goes on. 0 if the row is none.</summary>
    public static int ErrorOf(JsonElement row)
    {
        if (!row.TryGetProperty("error", out var error)) return 0;
        var user = error.GetProperty("user").GetString();
        var message = Content.Printable(error.GetProperty("message").GetString() ?? "", keepLines: false);
        Console.Error.WriteLine(user is null ? $"mailctl: {message}" : $"mailctl: {user}: {message}");
        return error.GetProperty("exit").GetInt32();
    }

    public void Dispose() => _node.Dispose();

    private async Task<int> PrintAsync(
        IAsyncEnumerable<JsonElement> rows, Func<IRowPrinter>? table, Action<JsonElement>? see = null, Predicate<JsonElement>? keep = null)
    {
        IRowPrinter? printer = null;
        var exitCode = ExitCodes.Success;
        await foreach (var row in rows)
        {
            if (ErrorOf(row) is var error and not 0)
            {
                if (exitCode == ExitCodes.Success) exitCode = error;
                continue;
            }
            see?.Invoke(row);
            if (keep?.Invoke(row) ?? true) (printer ??= Printer(table)).Print(row);
        }
        (printer ?? Printer(table)).End();
        return exitCode;
    }
}
