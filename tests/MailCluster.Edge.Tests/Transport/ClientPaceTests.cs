using MailCluster.Edge.Transport;

namespace MailCluster.Edge.Tests.Transport;

/// <summary>When a client is worth waiting for awake.</summary>
public sealed class ClientPaceTests
{
    private const long Always = long.MaxValue;

    [Fact]
    public void A_client_proves_itself_by_quick_answers_in_a_row()
    {
        var pace = new ClientPace(Always);
        Assert.False(pace.IsQuick);
        Answer(ref pace, ClientPace.ProofMin - 1);
        Assert.False(pace.IsQuick);
        Answer(ref pace, 1);
        Assert.True(pace.IsQuick);
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
    public void Each_wait_in_vain_doubles_the_proof()
    {
        var pace = new ClientPace(Always);
        for (var proof = ClientPace.ProofMin; proof <= 8 * ClientPace.ProofMin; proof *= 2)
        {
            Answer(ref pace, proof - 1);
            Assert.False(pace.IsQuick);
            Answer(ref pace, 1);
            Assert.True(pace.IsQuick);
            pace.Missed();
            Assert.False(pace.IsQuick);
        }
    }

    [Fact]
    public void The_proof_has_an_end_and_a_client_that_keeps_it_is_trusted_as_at_first()
    {
        var pace = new ClientPace(Always);
        for (var i = 0; i < 40; i++)
            pace.Missed();
        Answer(ref pace, 4096);
        Assert.True(pace.IsQuick);
        for (var i = 0; i < 4096; i++)
            pace.Met();
        pace.Missed();
        Answer(ref pace, 2 * ClientPace.ProofMin);
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
