using System.Text;
using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve.Tests;

/// <summary>Random changes of scripts, programs and messages: the compiler always answers, the interpreter always ends with a place for the message. Seeds are printed.</summary>
public sealed class MutationTests
{
    private const int Rounds = 1500;

    private static readonly string[] s_words =
    [
        "if", "elsif", "else", "{", "}", "(", ")", "[", "]", ";", ",", "\"", "text:\n", "\n.\n", "not", "allof", "anyof", ":is", ":matches", ":regex", ":count \"ge\"", ":value \"lt\"", ":copy", ":index 1",
        "stop;", "keep;", "discard;", "return;", "break;", "foreverypart {", "fileinto \"${1}\";", "set \"a\" \"${a}${a}${0}x\";", "true", "false", "header", "\"*\"", "\"a*b?c\"", "\"${a}\"", "99999999999G", "/*", "*/", "#",
        "${hex:41}", "${unicode:110000}", "\\", "é", "\0", "require", "ihave", "include \"self\";", "error \"x\";",
    ];

    private static readonly SieveRunLimits s_limits = SieveRunLimits.Default with { OperationsMax = 200_000, TimeMax = TimeSpan.FromSeconds(30) };

    [Fact]
    public async Task Scripts_that_were_changed_compile_or_are_refused_and_run_to_an_end()
    {
        var compiled = 0;
        for (var seed = 0; seed < Rounds; seed++)
        {
            var random = new Random(seed);
            var script = Change(Encoding.UTF8.GetBytes(Samples.All[seed % Samples.All.Count]), random);
            try
            {
                var result = Scripts.AllowAll.Compile(script, SieveScope.Personal);
                Assert.Equal(result.Program is null, result.Diagnostics.Any(diagnostic => diagnostic.Severity == SieveSeverity.Error));
                if (result.Program is null)
                    continue;
                compiled++;
                await RunAsync(Scripts.Stored(result.Program), random);
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"seed {seed}: {e}\n{Encoding.UTF8.GetString(script)}");
            }
        }

        Assert.True(compiled > Rounds / 50, $"only {compiled} of {Rounds} compiled");
    }

    /// <summary>Programs that nobody's compiler made: all tables sound, and the operations at random.</summary>
    [Fact]
    public async Task Code_that_was_made_up_runs_to_an_end()
    {
        var ran = 0;
        for (var seed = 0; seed < Rounds; seed++)
        {
            var random = new Random(seed);
            var program = Scripts.Program(Samples.All[seed % Samples.All.Count]);
            var code = program.Code.ToArray();
            for (var changes = random.Next(1, 6); changes > 0; changes--)
                code[random.Next(code.Length)] = (byte)random.Next(random.Next(4) == 0 ? 256 : 90);
            var parts = new ProgramParts(program.RequiredExtensions, program.Constants, program.Templates, program.Lists, program.Variables, code, program.Lines);
            if (!ProgramVerifier.IsSound(parts))
                continue;
            ran++;
            try
            {
                await RunAsync(Scripts.Stored(new SieveProgram(parts)), random);
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"seed {seed}: {e}");
            }
        }

        Assert.True(ran > Rounds / 50, $"only {ran} of {Rounds} were sound");
    }

    /// <summary>Stored programs with a sum that fits and tables that do not.</summary>
    [Fact]
    public void Bytes_that_were_changed_on_purpose_are_read_or_refused()
    {
        for (var seed = 0; seed < Rounds * 2; seed++)
        {
            var random = new Random(seed);
            var bytes = Scripts.Program(Samples.All[seed % Samples.All.Count]).ToBytes();
            for (var changes = random.Next(1, 5); changes > 0; changes--)
                bytes[random.Next(13, bytes.Length)] = random.Next(3) == 0 ? (byte)0xFF : (byte)random.Next(256);
            System.Security.Cryptography.SHA256.HashData(bytes.AsSpan(13)).AsSpan(0, 8).CopyTo(bytes.AsSpan(5));
            try
            {
                if (SieveProgram.TryRead(bytes, out var program))
                    Assert.NotEmpty(program.ToBytes());
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"seed {seed}: {e}");
            }
        }
    }

    private static async Task RunAsync(SieveProgram program, Random random)
    {
        var host = new InMemorySieveHost { Lists = { ["l"] = ["x"] }, Folders = { "Spam" } };
        host.Included[(SieveIncludeLocation.Personal, "self")] = "keep;";
        var message = SieveMessage.Create(Change(Encoding.UTF8.GetBytes(Scripts.Message.ReplaceLineEndings("\r\n")), random));
        var outcome = await new SieveInterpreter(s_limits, host).RunAsync([new SieveStage("s", program)], message, new SieveEnvelope("a@b.example", "c@d.example"), null, CancellationToken.None);
        Assert.NotEmpty(outcome.Actions);
        Assert.False(outcome.IsTemporaryFailure);
        if (outcome.Error is { } error)
            Assert.DoesNotContain("internal error", error.Message, StringComparison.Ordinal);
        foreach (var action in outcome.Actions)
            Assert.True(action.Message.ToBytes().Length > 0);
    }

    private static byte[] Change(byte[] source, Random random)
    {
        var bytes = new List<byte>(source);
        for (var changes = random.Next(1, 5); changes > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 12), bytes.Count - at));
                    break;
                case 1:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(s_words[random.Next(s_words.Length)]));
                    break;
                case 2:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 3:
                    var from = random.Next(bytes.Count);
                    bytes.InsertRange(at, bytes.GetRange(from, Math.Min(random.Next(1, 60), bytes.Count - from)));
                    break;
                default:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(" " + s_words[random.Next(s_words.Length)] + " "));
                    break;
            }

            if (bytes.Count == 0)
                bytes.Add((byte)';');
        }

        return [.. bytes];
    }
}
