using System.Globalization;
using MailCluster.Imap.Wire;
using Xunit.Abstractions;

namespace MailCluster.Imap.Tests.Wire;

/// <summary>
/// Commands of the corpus, broken at random: the reader may refuse them, but neither throw, nor hang, nor keep more than its limits.
/// </summary>
public sealed class WireMutationTests(ITestOutputHelper output)
{
    private const int RoundsPerSeed = 4_000;

    [Theory]
    [InlineData(1)]
    [InlineData(20260)]
    [InlineData(987654321)]
    public void Mutated_commands_are_refused_or_read_within_limits(int seed)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}"));
        var random = new Random(seed);
        var limits = ReaderDriver.SmallLimits;
        for (var round = 0; round < RoundsPerSeed; round++)
        {
            var options = random.Next(2) == 0 ? new[] { "limits" } : [];
            var driver = new ReaderDriver(options);
            var input = Mutate(random);
            var outcomesMax = input.Length + 1;
            for (var from = 0; from < input.Length;)
            {
                var length = Math.Min(random.Next(1, 80), input.Length - from);
                driver.Feed(input.AsMemory(from, length));
                from += length;
                if (options.Length > 0)
                    Assert.InRange(driver.PendingBytesMax, 0, limits.CommandBytesMax + limits.LineBytesMax + 80);
            }

            Assert.InRange(driver.Outcomes.Count, 0, outcomesMax);
            AssertRecovers(driver, input);
        }
    }

    [Fact]
    public void Random_bytes_are_refused_or_waited_for()
    {
        var random = new Random(77);
        for (var round = 0; round < 2_000; round++)
        {
            var input = new byte[random.Next(1, 400)];
            random.NextBytes(input);
            var driver = new ReaderDriver([]);
            driver.Feed(input);
            Assert.DoesNotContain(driver.Outcomes, static outcome => outcome.Contains("Login(", StringComparison.Ordinal));
        }
    }

    // Whatever came before, commands that follow in clear text are understood again, unless the reader waits for bytes it was promised.
    private static void AssertRecovers(ReaderDriver driver, byte[] input)
    {
        if (driver.IsClosed || input.AsSpan().IndexOf((byte)'{') >= 0)
            return;
        driver.Feed("\r\n\r\nz9 NOOP\r\n"u8.ToArray());
        Assert.Equal("z9 Noop()", driver.Outcomes[^1]);
    }

    private static byte[] Mutate(Random random)
    {
        var bytes = new List<byte>(Pick(random).Input);
        for (var changes = random.Next(1, 8); changes > 0 && bytes.Count > 1; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 12), bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 40), bytes.Count - at)));
                    break;
                case 3:
                    bytes.InsertRange(at, Tokens[random.Next(Tokens.Length)]);
                    break;
                case 4:
                    bytes.InsertRange(at, Pick(random).Input);
                    break;
                default:
                    bytes.InsertRange(at, Enumerable.Repeat(bytes[at], random.Next(1, 300)));
                    break;
            }
        }

        return [.. bytes];
    }

    private static readonly byte[][] Tokens =
    [
        "("u8.ToArray(), ")"u8.ToArray(), "\""u8.ToArray(), "\\"u8.ToArray(), "{3}\r\n"u8.ToArray(), "{99999999999999999999}\r\n"u8.ToArray(), "{400+}\r\n"u8.ToArray(),
        "~{2+}\r\n"u8.ToArray(), "\r"u8.ToArray(), "\n"u8.ToArray(), "\0"u8.ToArray(), "NIL"u8.ToArray(), "18446744073709551616"u8.ToArray(), "[1.2.HEADER]"u8.ToArray(),
        "<0.0>"u8.ToArray(), "*:*,1:4294967295"u8.ToArray(), "NOT NOT NOT NOT NOT NOT "u8.ToArray(), "OR OR OR OR OR OR "u8.ToArray(), "&AAA-"u8.ToArray(), " "u8.ToArray(),
    ];

    private static WireCase Pick(Random random) => WireCorpus.Cases[random.Next(WireCorpus.Cases.Count)];
}
