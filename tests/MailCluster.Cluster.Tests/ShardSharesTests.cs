using MailCluster.Cluster.Membership;

namespace MailCluster.Cluster.Tests;

public sealed class ShardSharesTests
{
    /// <summary>From any distribution, whatever the order in which members act, the shares become equal within one, and then nobody moves anything.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Shares_become_equal_and_stay(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 40; round++)
        {
            var members = random.Next(1, 7);
            var owners = new Generation[random.Next(1, 40)];
            for (var i = 0; i < owners.Length; i++)
            {
                // 0 is nobody; one past the last is dead.
                owners[i] = new Generation(random.Next(members + 2));
            }

            var moves = 0;
            while (Step(random, members, owners))
            {
                Assert.True(++moves <= owners.Length * 4, $"seed {seed}, round {round}: it goes on and on");
            }

            var counts = Enumerable.Range(1, members).Select(member => owners.Count(owner => owner.Value == member)).ToArray();
            Assert.Equal(owners.Length, counts.Sum());
            Assert.InRange(counts.Max() - counts.Min(), 0, 1);
        }
    }

    [Fact]
    public void A_leaving_member_gives_to_the_one_with_the_fewest_and_takes_nothing()
    {
        var map = Map(3, [1, 1, 1, 2, 2, 3, 0], leaving: 1);
        var shares = new ShardShares(map);
        Assert.Equal(0, shares.ToClaim(new Generation(1)));
        Assert.Equal(new Generation(3), shares.Successor(new Generation(1), 0, leaving: true));
        Assert.Equal(Generation.None, new ShardShares(Map(1, [1, 1], leaving: 1)).Successor(new Generation(1), 0, leaving: true));
    }

    /// <summary>One member, picked at random, does what it would do. False when none has anything to do.</summary>
    private static bool Step(Random random, int members, Generation[] owners)
    {
        var order = Enumerable.Range(1, members).ToArray();
        random.Shuffle(order);
        foreach (var number in order)
        {
            var member = new Generation(number);
            var shares = new ShardShares(Map(members, [.. owners.Select(owner => owner.Value)]));
            if (shares.ToClaim(member) is > 0 and var wanted)
            {
                for (var i = 0; i < owners.Length && wanted > 0; i++)
                {
                    if (owners[i].Value == 0 || owners[i].Value > members)
                    {
                        owners[i] = member;
                        wanted--;
                    }
                }

                return true;
            }

            if (shares.Successor(member, 0, leaving: false) is { Value: > 0 } successor)
            {
                owners[Array.IndexOf(owners, member)] = successor;
                return true;
            }
        }

        return false;
    }

    private static ClusterMap Map(int members, long[] owners, int leaving = 0) => new(
        1,
        [.. Enumerable.Range(1, members + 1).Select(number => new Member(
            $"n{number}",
            new Generation(number),
            $"n{number}:1",
            NodeRoles.Mailbox,
            "1",
            number == leaving ? MemberStatus.Leaving : number > members ? MemberStatus.Dead : MemberStatus.Active,
            TimeSpan.FromSeconds(1)))],
        [.. owners.Select(owner => new Generation(owner))]);
}
