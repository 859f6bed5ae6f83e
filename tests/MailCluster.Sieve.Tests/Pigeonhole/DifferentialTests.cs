// The generator leaves out what the two are known to differ in, so that whatever remains is news. These are the differences, each of which a seed has found; what users may notice
// of them is in docs/sieve.md.
// - "?" and regular expressions: octets there, characters here. ":first" of extracttext likewise. A pattern "x? *" matches there without the space.
// - `anyof` with `true` in it is not evaluated there, so no match variables are set; `deleteheader` with :matches or :regex sets some.
// - `string` compares with i;octet by default there (RFC 5229 §5 says i;ascii-casemap); i;ascii-casemap orders by lower case there (RFC 4790 §9.2.1: upper).
// - `:index` counts each field name by itself there (RFC 5260 §6: together); with `date`, and with `:count`, one that is too large is as good as one that is not.
// - `:anychild` and nested loops go past the end of a part that lies two levels deep, or in a message/rfc822 part, there.
// - `:param` of a parameter that is not there is an empty value there, no value here. Types keep their case there. The order of several parameters is that of the field there.
// - `body :raw` of an empty body, and of an edited message, is no value there. Missing prologues and epilogues are no values there, empty ones here (RFC 5173 §5.2).
// - Tests with :mime do not see edits of the header there.
// - Of the alternatives of a regular expression the longest match is taken there (POSIX), the first here.
// - `hasflag` takes a string apart into flags only with :is, :contains and :count there (RFC 5232 §2: always).
// - `fileinto` into a folder that a `fileinto :copy` went to before leaves the implicit keep in effect there.
// - Redirects to addresses that differ in case are two there.

using System.Globalization;
using System.Text;

namespace MailCluster.Sieve.Tests.Pigeonhole;

/// <summary>
/// Some hundred random scripts over random messages, run here and by Debian's Pigeonhole: each test's answer, each match variable and each action has to be the same,
/// or to be one of the differences of docs/sieve.md.
/// </summary>
public sealed class DifferentialTests
{
    private const int Seeds = 400;

    private static readonly SieveCompilerOptions s_options = SieveCompilerOptions.Default with { VacationIntervalMax = TimeSpan.FromDays(10_000) };

    private static readonly SieveRunLimits s_limits = SieveRunLimits.Default with { ActionsMax = 1000, RedirectsMax = 100, NotificationsMax = 100, LogLinesMax = 10_000 };

    [Fact]
    public void Random_scripts_do_what_they_do_in_Pigeonhole()
    {
        using var pigeonhole = new SieveTestProgram();
        var (first, count) = Range();
        var results = new string?[count];
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i => results[i] = Compare(pigeonhole, first + i));
        var differences = results.OfType<string>().ToArray();
        Assert.True(differences.Length == 0, $"{differences.Length} of {count} seeds differ:\n{string.Join("\n\n", differences.Take(400))}");
    }

    [Fact]
    public void Damaged_scripts_are_refused_as_Pigeonhole_refuses_them()
    {
        using var pigeonhole = new SieveTestProgram();
        var (first, count) = Range();
        var results = new string?[count];
        var refused = 0;
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i =>
        {
            var random = new Random(first + i);
            var script = ScriptDamage.Apply(new ScriptGenerator(random, children: true).Make(), random);
            var expected = pigeonhole.Run(script, "Subject: x\r\n\r\n"u8, "ada@example.org", "ben@example.org");
            var compilation = Compile(script);
            if (expected.IsRefused)
                Interlocked.Increment(ref refused);
            if (!expected.IsBroken && expected.IsRefused == compilation.Program is not null && !IsKnown(expected, compilation))
                results[i] = $"seed {first + i}: theirs {(expected.IsRefused ? expected.Errors : "takes it")}\nours {string.Join('\n', compilation.Diagnostics)}\n--- script\n{script}";
        });
        var differences = results.OfType<string>().ToArray();
        Assert.True(differences.Length == 0, $"{differences.Length} of {count} differ:\n{string.Join("\n\n", differences.Take(400))}");
        Assert.InRange(refused, count / 4, count - (count / 8));
    }

    /// <summary>
    /// Pigeonhole refuses <c>address</c> on a field that it does not know to hold addresses, where this compiler warns, since users know their own fields; and it overlooks a tag
    /// that is given twice, an argument too many, and parts of dates and zones that are none. Its extracttext wants foreverypart required,
    /// and it looks at the URI of a notification while it compiles; here the server that runs the script does.
    /// </summary>
    private static bool IsKnown(PigeonholeResult expected, SieveCompilation compilation) =>
        expected.IsRefused
            ? s_refusedThere.Any(text => expected.Errors.Contains(text, StringComparison.Ordinal))
            : compilation.Diagnostics.Any(static d => s_refusedHere.Any(text => d.Message.Contains(text, StringComparison.Ordinal)));

    private static readonly string[] s_refusedThere = ["is not allowed for the address test", "extracttext extension cannot be used without", "invalid scheme part for method URI"];

    private static readonly string[] s_refusedHere = ["is given twice", "arguments, and there are", "a date has no part", "is no time zone"];

    /// <summary>Other seeds, and more of them, by variables.</summary>
    private static (int First, int Count) Range() => (Number("MAILCLUSTER_SIEVE_SEED", 0), Number("MAILCLUSTER_SIEVE_SEEDS", Seeds));

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    private static SieveCompilation Compile(string script) => new SieveCompiler(s_options).Compile(Encoding.UTF8.GetBytes(script), SieveScope.Personal);

    /// <summary>Null if both do the same.</summary>
    private static string? Compare(SieveTestProgram pigeonhole, int seed)
    {
        var random = new Random(seed);
        var children = random.Next(2) == 0;
        var message = new MessageGenerator(random, embeds: !children).Make();
        var script = new ScriptGenerator(random, children).Make();
        var from = Vocabulary.EnvelopeAddresses[random.Next(Vocabulary.EnvelopeAddresses.Length)];
        var to = Vocabulary.EnvelopeAddresses[random.Next(Vocabulary.EnvelopeAddresses.Length)];
        var expected = pigeonhole.Run(script, message, from, to);
        if (expected.IsBroken)
            return null; // it ends with a failed assertion of its own now and then
        var actual = Run(script, message, from, to);
        var difference = Difference(expected, actual);
        return difference is null ? null : $"seed {seed}: {difference}\n--- script\n{script}\n--- message\n{Encoding.UTF8.GetString(message)}\n---";
    }

    private static string? Difference(PigeonholeResult expected, (bool IsRefused, string? Error, string[] Log, string[] Actions) actual)
    {
        if (expected.IsRefused || actual.IsRefused)
            return expected.IsRefused == actual.IsRefused ? null : $"refused by one only: theirs [{expected.Errors}] ours [{actual.Error}]";
        for (var i = 0; i < Math.Max(expected.Log.Count, actual.Log.Length); i++)
        {
            var theirs = i < expected.Log.Count ? expected.Log[i] : "(nothing)";
            var ours = i < actual.Log.Length ? actual.Log[i] : "(nothing)";
            if (Collapsed(theirs) != Collapsed(ours))
                return $"line {i + 1} of the log: theirs [{theirs}] ours [{ours}] {actual.Error}";
        }

        if (expected.IsFailed != actual.Error is not null)
            return $"an error in one only: theirs [{expected.Errors}] ours [{actual.Error}]";
        var differs = !Comparable(expected.Actions).SequenceEqual(Comparable(actual.Actions));
        return differs ? $"actions:\ntheirs {string.Join("; ", expected.Actions)}\nours   {string.Join("; ", actual.Actions)} {actual.Error}" : null;
    }

    /// <summary>A line of our log is one line.</summary>
    private static string Collapsed(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>
    /// Discard says only that there is no keep; where and whether it stands beside other actions means nothing, and so does the order of actions. What goes into the inbox,
    /// by whatever name, goes there once, with the flags of the last one; Pigeonhole prints it twice and finds out later.
    /// </summary>
    private static IEnumerable<string> Comparable(IEnumerable<string> actions)
    {
        var others = new List<string>();
        string? inbox = null;
        foreach (var action in actions.Select(static action => action.Replace(" create", "", StringComparison.Ordinal)))
        {
            if (action == "discard")
                continue;
            if (action.StartsWith("keep", StringComparison.Ordinal))
                inbox ??= action[4..];
            else if (action.StartsWith("store INBOX", StringComparison.OrdinalIgnoreCase))
                inbox = action[11..];
            else
                others.Add(action);
        }

        others.Sort(StringComparer.Ordinal);
        return inbox is null ? others : others.Append($"inbox{inbox}");
    }

    private static (bool IsRefused, string? Error, string[] Log, string[] Actions) Run(string script, byte[] message, string from, string to)
    {
        var compilation = Compile(script);
        if (compilation.Program is null)
            return (true, string.Join('\n', compilation.Diagnostics), [], []);
        var interpreter = new SieveInterpreter(s_limits, new QuietHost());
        var run = interpreter.RunAsync([new SieveStage("test", compilation.Program)], SieveMessage.Create(message), new SieveEnvelope(from, to), null, CancellationToken.None);
        var outcome = run.AsTask().GetAwaiter().GetResult();
        return (
            false,
            outcome.Error?.ToString(),
            [.. outcome.Log.Select(static line => line.ReplaceLineEndings("\n")[(line.IndexOf("<<", StringComparison.Ordinal) + 2)..^2])],
            [.. outcome.Actions.Select(ActionText.Of)]);
    }
}
