using MailCluster.Edge.Transport;

namespace MailCluster.Edge.Tests.Transport;

/// <summary>When a client is worth waiting for awake.</summary>
public sealed class ClientPaceTests
{
    private const long Always = long.MaxValue;

    [Fact]
    public void A_client_proves_itself_by_quick_answers()
    {
        var pace = new ClientPace(Always);
        AssertProves(ref pace);
    }

    [Fact]
    public void One_that_is_never_quick_proves_nothing()
    {
        var slow = new ClientPace(quick: 1);
        for (var i = 0; i < 100; i++)
        {
            slow.Begin();
            Thread.SpinWait(1000);
            slow.End();
        }

        Assert.False(slow.IsQuick);
        var never = new ClientPace(quick: 0);
        Answer(ref never, 100);
        Assert.False(never.IsQuick);
    }

    [Fact]
    public void A_wait_in_vain_costs_as_much_as_the_first_proof()
    {
        var pace = new ClientPace(Always);
        Answer(ref pace, ClientPace.CreditMin);
        pace.Missed();
        AssertProves(ref pace);
    }

    [Fact]
    public void One_that_was_long_quick_may_hesitate_a_few_times()
    {
        var pace = new ClientPace(Always);
        for (var i = 0; i < 10_000; i++)
            pace.Met();
        for (var i = 0; i < 3; i++)
        {
            pace.Missed();
            Assert.True(pace.IsQuick);
        }

        pace.Missed();
        Assert.False(pace.IsQuick);
        pace.Missed();
        Answer(ref pace, ClientPace.CreditMin);
        Assert.True(pace.IsQuick);
    }

    private static void AssertProves(ref ClientPace pace)
    {
        Assert.False(pace.IsQuick);
        Answer(ref pace, ClientPace.CreditMin - 1);
        Assert.False(pace.IsQuick);
        Answer(ref pace, 1);
        Assert.True(pace.IsQuick);
    }

    private static void Answer(ref ClientPace pace, int times)
    {
        for (var i = 0; i < times; i++)
        {
            pace.Begin();
            pace.End();
        }
    }
}
