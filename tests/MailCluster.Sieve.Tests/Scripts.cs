using System.Text;
using MailCluster.Testing;

namespace MailCluster.Sieve.Tests;

/// <summary>Compiles and runs scripts, and says what came of it in one line.</summary>
internal static class Scripts
{
    internal static SieveCompiler AllowAll { get; } = new(new SieveCompilerOptions
    {
        PersonalExtensions = SieveExtensions.All,
        GlobalExtensions = SieveExtensions.All,
        VacationIntervalMin = TimeSpan.Zero,
    });

    /// <summary>Thursday, as the tests of dates know.</summary>
    internal static DateTimeOffset Now { get; } = new(2026, 11, 26, 14, 30, 15, TimeSpan.Zero);

    internal const string Message = """
        Return-Path: <coyote@desert.example.org>
        Received: from a by b; Thu, 26 Nov 2026 12:00:00 +0100
        Received: from c by a; Wed, 25 Nov 2026 23:59:59 -0800
        Date: Tue, 1 Apr 1997 09:06:31 -0800 (PST)
        From: coyote@desert.example.org
        To: roadrunner@acme.example.com
        Cc: "Tom, Dick" <tom+sales@example.net>, friends: a@one.example, b@two.example;
        Subject: I have a present for you
        Message-ID: <1@desert.example.org>
        X-Caffeine: C8H10N4O2
        X-Empty:

        Look, I'm sorry about the whole anvil thing, and I really
        didn't mean to try and drop it on you from the top of the
        cliff.  I want to try to make it up to you.
        """;

    internal static SieveCompilation Compile(string script) => AllowAll.Compile(Encoding.UTF8.GetBytes(script), SieveScope.Personal);

    internal static SieveProgram Program(string script)
    {
        var compiled = Compile(script);
        Assert.True(compiled.Program is not null, string.Join('\n', compiled.Diagnostics));
        return compiled.Program!;
    }

    /// <summary>Errors and warnings, a line each.</summary>
    internal static string[] Diagnose(string script) => [.. Compile(script).Diagnostics.Select(diagnostic => diagnostic.ToString())];

    internal static SieveMessage ToMessage(string text) => SieveMessage.Create(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n")));

    internal static Task<SieveOutcome> RunAsync(string script, string message = Message, InMemorySieveHost? host = null, SieveEnvelope? envelope = null, SieveRunLimits? limits = null, SieveRunOptions? options = null) =>
        RunAsync([script], message, host, envelope, limits, options);

    internal static async Task<SieveOutcome> RunAsync(string[] stages, string message = Message, InMemorySieveHost? host = null, SieveEnvelope? envelope = null, SieveRunLimits? limits = null, SieveRunOptions? options = null, ISieveTrace? trace = null)
    {
        var time = new ManualTimeProvider(Now);
        var interpreter = new SieveInterpreter(limits ?? SieveRunLimits.Default, host ?? new InMemorySieveHost(), options, time);

        // Each program goes through its stored form, so that every test is one of that as well.
        var programs = stages.Select((text, i) => new SieveStage(stages.Length == 1 ? "script" : $"script{i + 1}", Stored(Program(text)))).ToArray();
        return await interpreter.RunAsync(programs, ToMessage(message), envelope ?? new SieveEnvelope("coyote@desert.example.org", "roadrunner+toons@acme.example.com"), trace, CancellationToken.None);
    }

    internal static SieveProgram Stored(SieveProgram program)
    {
        Assert.True(SieveProgram.TryRead(program.ToBytes(), out var read));
        return read!;
    }

    /// <summary>The actions in one line, as <see cref="Describe"/> has them.</summary>
    internal static async Task<string> ActionsOf(string script, string message = Message, InMemorySieveHost? host = null, SieveEnvelope? envelope = null)
    {
        var outcome = await RunAsync(script, message, host, envelope);
        Assert.Null(outcome.Error);
        return Describe(outcome);
    }

    /// <summary>Whether a test is true.</summary>
    internal static async Task<bool> IsTrue(string requires, string test, string message = Message, InMemorySieveHost? host = null, SieveEnvelope? envelope = null)
    {
        var require = requires.Length == 0 ? "" : $"require [{string.Join(", ", requires.Split(' ').Select(name => $"\"{name}\""))}];";
        return await ActionsOf($"{require}\nif {test} {{ discard; }}", message, host, envelope) == "discard";
    }

    internal static string Describe(SieveOutcome outcome) => outcome.IsTemporaryFailure ? "later" : string.Join("; ", outcome.Actions.Select(Describe));

    private static string Describe(SieveAction action)
    {
        static string Flags(IEnumerable<string> flags) => flags.Any() ? $" [{string.Join(' ', flags)}]" : "";
        return action switch
        {
            SieveKeep keep => $"keep{(keep.IsImplicit ? "" : "!")}{Flags(keep.Flags)}",
            SieveFileInto into => $"fileinto {into.Folder}{(into.Create ? " create" : "")}{(into.MailboxId is null ? "" : $" id={into.MailboxId}")}{(into.SpecialUse is null ? "" : $" use={into.SpecialUse}")}{Flags(into.Flags)}",
            SieveRedirect redirect => $"redirect {redirect.Address}{(redirect.List is null ? "" : $"list={redirect.List}")}{(redirect.Dsn is null ? "" : $" notify={redirect.Dsn.Notify} ret={redirect.Dsn.Return}")}{(redirect.DeliverBy is null ? "" : $" by={redirect.DeliverBy}")}",
            SieveDiscard => "discard",
            SieveReject reject => $"{(reject.IsEreject ? "ereject" : "reject")} {reject.Reason}",
            SieveVacation vacation => $"vacation {vacation.Reason} after {vacation.Interval.TotalSeconds}",
            SieveNotify notify => $"notify {notify.Method} {notify.Importance} {notify.Text}",
            SievePipe pipe => $"pipe {pipe.Program} {string.Join(' ', pipe.Arguments)}",
            SieveReportAbuse report => $"report {report.FeedbackType} {report.Address} {report.Text}",
            _ => throw new InvalidOperationException(action.ToString()),
        };
    }
}
