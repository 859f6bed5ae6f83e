using System.Globalization;
using Xunit.Abstractions;

namespace MailCluster.Edge.Tests.Proxy;

/// <summary>
/// Headers broken at random: the reader does not throw, says the same however they are cut, never changes its mind once it has decided, and never
/// asks for more than its limit.
/// </summary>
public sealed class ProxyHeaderMutationTests(ITestOutputHelper output)
{
    private const int RoundsPerSeed = 20_000;

    [Theory]
    [InlineData(1)]
    [InlineData(143)]
    [InlineData(20261125)]
    public void Broken_headers_are_decided_once_and_within_the_limit(int seed)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}"));
        var random = new Random(seed);
        var corpus = ProxyHeaderCorpus.Taken.Concat(ProxyHeaderCorpus.Refused).Select(static c => c.Bytes).ToArray();
        var outcomes = new int[3];
        for (var round = 0; round < RoundsPerSeed; round++)
        {
            var bytes = Mutate(corpus[random.Next(corpus.Length)], random);
            var reading = ProxyHeaderReader.Read(bytes);
            outcomes[(int)reading.Outcome]++;
            Assert.Equal(reading, ProxyHeaderReader.Read(ProxyHeaderReaderTests.Cut(bytes, random.Next(bytes.Length), random.Next(bytes.Length))));
            switch (reading.Outcome)
            {
                case ProxyHeaderOutcome.NeedMore:
                    Assert.InRange(bytes.Length, 0, ProxyHeaderReader.BytesMax - 1);
                    break;
                case ProxyHeaderOutcome.Complete:
                    Assert.InRange(reading.Length, 1, Math.Min(bytes.Length, ProxyHeaderReader.BytesMax));
                    Assert.Equal(ProxyHeaderOutcome.NeedMore, ProxyHeaderReader.Read(bytes.AsSpan(0, reading.Length - 1)).Outcome);
                    Assert.Equal(reading.Header.Client is null, reading.Header.Server is null);
                    Assert.Equal(reading, ProxyHeaderReader.Read((byte[])[.. bytes, 0]));
                    break;
                default:
                    Assert.NotEqual(ProxyFault.None, reading.Fault);
                    Assert.Equal(reading, ProxyHeaderReader.Read((byte[])[.. bytes, 0]));
                    break;
            }
        }

        // Neither is the corpus out of reach of the mutations, nor do they leave it as it is.
        Assert.All(outcomes, static count => Assert.InRange(count, RoundsPerSeed / 50, RoundsPerSeed));
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        var bytes = new List<byte>(original);
        for (var changes = random.Next(1, 5); changes > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2 when bytes.Count > 1:
                    bytes.RemoveAt(at);
                    break;
                case 3:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                default:
                    bytes.RemoveRange(at + 1, bytes.Count - at - 1);
                    break;
            }
        }

        return [.. bytes];
    }
}
