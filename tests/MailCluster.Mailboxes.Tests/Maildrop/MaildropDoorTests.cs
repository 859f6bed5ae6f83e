using MailCluster.Testing;

namespace MailCluster.Mailboxes.Tests.Maildrop;

public sealed class MaildropDoorTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);
    private static readonly Guid First = Guid.NewGuid();
    private static readonly Guid Second = Guid.NewGuid();

    private readonly ManualTimeProvider _time = new();
    private readonly MaildropDoor _door;

    public MaildropDoorTests() => _door = new MaildropDoor(_time);

    [Fact]
    public void One_session_at_a_time()
    {
        Assert.Equal(MaildropAdmission.Admitted, Enter(First, Lease));
        Assert.Equal(MaildropAdmission.InUse, Enter(Second, Lease));
        Leave(First);
        Assert.Equal(MaildropAdmission.Admitted, Enter(Second, Lease));
    }

    [Fact]
    public void Asking_again_is_harmless()
    {
        Assert.Equal(MaildropAdmission.Admitted, Enter(First, Lease, delaySeconds: 30));
        Assert.Equal(MaildropAdmission.Admitted, Enter(First, Lease, delaySeconds: 30));
        Leave(First);
        Leave(First);
        Leave(Second);
    }

    [Fact]
    public void A_lock_that_nobody_renews_ends()
    {
        Enter(First, Lease);
        _time.Advance(Lease - TimeSpan.FromSeconds(1));
        Assert.Equal(MaildropAdmission.InUse, Enter(Second, Lease));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(MaildropAdmission.Admitted, Enter(Second, Lease));
        Assert.Equal(MaildropAdmission.InUse, Renew(First));
    }

    [Fact]
    public void A_renewed_lock_stays()
    {
        Enter(First, Lease);
        for (var i = 0; i < 10; i++)
        {
            _time.Advance(Lease / 2);
            Assert.Equal(MaildropAdmission.Admitted, Renew(First));
        }

        Assert.Equal(MaildropAdmission.InUse, Enter(Second, Lease));
    }

    [Fact]
    public void An_owner_that_knows_of_no_lock_is_told_by_the_renewal()
    {
        Assert.Equal(MaildropAdmission.Admitted, Renew(First));
        Assert.Equal(MaildropAdmission.InUse, Enter(Second, Lease));
    }

    [Fact]
    public void Sessions_that_share_do_not_ask_for_a_lock_and_are_not_kept_out()
    {
        Enter(First, Lease);
        Assert.Equal(MaildropAdmission.Admitted, Enter(Second, lease: null));
        Assert.Equal(MaildropAdmission.Admitted, Renew(First));
    }

    [Fact]
    public void The_next_login_waits_and_a_refused_one_does_not_count()
    {
        Assert.Equal(MaildropAdmission.Admitted, Enter(First, null, delaySeconds: 60));
        _time.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(MaildropAdmission.TooSoon, Enter(Second, null, delaySeconds: 60));
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(MaildropAdmission.Admitted, Enter(Second, null, delaySeconds: 60));
        Assert.Equal(MaildropAdmission.TooSoon, Enter(First, null, delaySeconds: 60));
    }

    private MaildropAdmission Enter(Guid session, TimeSpan? lease, int delaySeconds = 0) =>
        ((MaildropEntry)_door.Answer(new EnterMaildrop(session, lease, TimeSpan.FromSeconds(delaySeconds)))).Admission;

    private MaildropAdmission Renew(Guid session) => ((MaildropEntry)_door.Answer(new RenewMaildrop(session, Lease))).Admission;

    private void Leave(Guid session) => Assert.Same(Done.Value, _door.Answer(new LeaveMaildrop(session)));
}
