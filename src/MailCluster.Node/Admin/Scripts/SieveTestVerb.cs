using MailCluster.Delivery.Filters;
using MailCluster.Mailboxes;
using MailCluster.Sieve;

namespace MailCluster.Node.Admin.Scripts;

/// <summary>
/// <c>sieve test</c>: runs scripts over a message that is in no folder, as a delivery would, and tells step by step what they did and what they decided. Nothing is
/// filed, sent or remembered, and no program is run; with <c>runPrograms</c> those that decide something are, and only those.
/// </summary>
internal sealed class SieveTestVerb(AccountSelection accounts, ScriptRunner runner, AdminOptions options) : AdminVerb<SieveTestRequest>(
    "sieve/test", AdminJson.Default.SieveTestRequest)
{
    // Message and script as base64, and room for the rest.
    protected override long? RequestOctetsMax => (options.MessageOctetsMax * 4 / 3) + (64L << 20);

    protected override async Task RunAsync(SieveTestRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        AccountId? account = request.User is null ? null : await accounts.OneAsync(request.User, cancellationToken);
        var scripts = await runner.LoadAsync(account, request.Content, request.Name, request.Whole, cancellationToken);
        var message = SieveMessage.Create(request.Message);
        var envelope = ScriptRunner.EnvelopeOf(message, request.From, request.To ?? account?.Value ?? "");
        var trace = new TraceLines();
        var trial = new ScriptTrial(account, message, envelope, FolderName.Inbox, IsStored: false)
        {
            RunsPrograms = request.RunPrograms,
            NotRun = (kind, program, arguments) => trace.Programs.Add(ActionText.OfProgram(kind, program, arguments, runner.Trials.WhyNot(kind, program))),
        };
        var outcome = await runner.Trials.RunAsync(scripts.Stages, trial, trace, cancellationToken);
        foreach (var pipe in outcome.Actions.OfType<SievePipe>())
            trace.Programs.Add(ActionText.OfProgram(SieveProgramKind.Pipe, pipe.Program, pipe.Arguments, runner.Trials.WhyNot(SieveProgramKind.Pipe, pipe.Program)));
        foreach (var row in trace.Rows.Concat(trace.Programs.Select(static text => new SieveTestRow("program", "", 0, text))).Concat(Rows(scripts, outcome)))
            await rows.WriteAsync(row, AdminJson.Default.SieveTestRow, cancellationToken);
    }

    private static IEnumerable<SieveTestRow> Rows(ScriptsInOrder scripts, SieveOutcome outcome)
    {
        var script = scripts.Stages is [.., var last] ? last.Name : "";
        if (scripts.BrokenScript is { } broken)
            yield return new SieveTestRow("error", broken, 0, $"{broken} does not compile, and nothing behind it is run: {scripts.Problem}");
        foreach (var line in outcome.Log)
            yield return new SieveTestRow("log", script, 0, line);
        if (outcome.Error is { } error)
            yield return new SieveTestRow("error", error.Script, error.Line, error.Message);
        if (outcome.IsTemporaryFailure)
            yield return new SieveTestRow("action", script, 0, "none now: the sender is asked to try again");
        foreach (var action in outcome.Actions)
            yield return new SieveTestRow("action", script, 0, ActionText.Of(action));
    }

    private sealed class TraceLines : ISieveTrace
    {
        public List<SieveTestRow> Rows { get; } = [];

        /// <summary>What a delivery would have run.</summary>
        public List<string> Programs { get; } = [];

        public void Write(string script, int line, string text) => Rows.Add(new SieveTestRow("trace", script, line, text));
    }
}
