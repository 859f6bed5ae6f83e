using System.Text;
using MailCluster.Pop3.Tests.Support;
using MailCluster.Testing;

namespace MailCluster.Pop3.Tests.Session;

/// <summary>The conversations' client lines, damaged at random, before login and after it: no bug, no half line, no end that is not reached.</summary>
public sealed class SessionMutationTests
{
    private const int Rounds = 400;

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(3, true)]
    public async Task Nothing_that_clients_send_is_a_bug(int seed, bool loggedIn)
    {
        var random = new Random(seed);
        var log = new CapturedLog();
        await using var pop3 = await Pop3Fixture.StartAsync(new Pop3Options { OffersApop = true, HasLast = true, BadCommandsMax = 1000 }, loggers: log);
        await pop3.DeliverAsync("Subject: a\r\n\r\n.\r\nb\n.c", "", "x");
        string[][] lines = [.. Pop3Script.Names().Select(static name => Lines(name)).Where(static lines => lines.Length > 0)];
        for (var round = 0; round < Rounds; round++)
        {
            using var client = pop3.Connect();
            var text = string.Concat(lines[random.Next(lines.Length)].Select(static line => line + "\r\n"));
            await client.SendAsync((loggedIn ? "USER alice\r\nPASS alice\r\n" : "") + Mutate(text, random));
            client.Connection.CloseOutput();
            var said = await client.Connection.ReadToEndAsync();
            await client.Connection.Handled;
            Assert.True(said.EndsWith("\r\n", StringComparison.Ordinal), $"seed {seed}, round {round}: {said}");
            Assert.True(log.Errors.Count == 0, $"seed {seed}, round {round}: {string.Join('\n', log.Errors)}");
        }
    }

    private static string[] Lines(string name) => [.. Pop3Script.Load(name).Steps.Where(static step => step.Kind == "C:").Select(static step => step.Text)];

    private static string Mutate(string text, Random random)
    {
        var mutated = new StringBuilder(text);
        for (var i = random.Next(1, 8); i > 0 && mutated.Length > 0; i--)
        {
            var at = random.Next(mutated.Length);
            switch (random.Next(5))
            {
                case 0:
                    mutated[at] = (char)random.Next(256);
                    break;
                case 1:
                    mutated.Remove(at, random.Next(1, Math.Min(8, mutated.Length - at) + 1));
                    break;
                case 2:
                    mutated.Insert(at, mutated.ToString(at, random.Next(1, Math.Min(40, mutated.Length - at) + 1)));
                    break;
                case 3:
                    mutated.Insert(at, " \r\n\0*=."[random.Next(7)]);
                    break;
                default:
                    mutated.Insert(at, new string((char)random.Next(32, 127), random.Next(1, 3000)));
                    break;
            }
        }

        return mutated.ToString();
    }
}
