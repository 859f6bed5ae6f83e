using MailCluster.Auth.PassDb;
using MailCluster.Auth.UserDb;

namespace MailCluster.Auth.Chains;

/// <summary>One database's part in the way of a question through the chains. No secrets.</summary>
/// <param name="Chain"><c>passdb</c>, <c>userdb</c>; with <c>deny</c> or <c>master</c> behind it.</param>
/// <param name="Database">The driver's name.</param>
/// <param name="Answer"><c>match</c>, <c>mismatch</c>, <c>unknown-user</c> …; <c>skipped</c> for one that was not asked.</param>
/// <param name="Reason">Why, in the words of the log; empty where the answer says it all.</param>
/// <param name="GoesOn">The next database was asked.</param>
public sealed record ChainTraceStep(string Chain, string Database, string Answer, string Reason, bool GoesOn);

/// <summary>Writes down which databases a question meets. One belongs to one question.</summary>
internal sealed class ChainTrace
{
    private readonly List<ChainTraceStep> _steps = [];

    public IReadOnlyList<ChainTraceStep> Steps => _steps;

    public void Asked(PassDbStep step, PassDbResult result, bool goesOn) =>
        _steps.Add(new ChainTraceStep(NameOf(step), step.Database.Name, Word(result.Status), result.Reason ?? "", goesOn));

    public void Skipped(PassDbStep step, string why) => _steps.Add(new ChainTraceStep(NameOf(step), step.Database.Name, "skipped", why, true));

    public void Asked(UserDbStep step, UserDbResult result, bool goesOn) =>
        _steps.Add(new ChainTraceStep("userdb", step.Database.Name, Word(result.Status), result.Problem ?? "", goesOn));

    public void Skipped(UserDbStep step) => _steps.Add(new ChainTraceStep("userdb", step.Database.Name, "skipped", "skip", true));

    private static string NameOf(PassDbStep step) => step.IsDeny ? "passdb deny" : step.IsMaster ? "passdb master" : "passdb";

    private static string Word(PassDbStatus status) => status switch
    {
        PassDbStatus.Match => "match",
        PassDbStatus.Mismatch => "mismatch",
        PassDbStatus.UnknownUser => "unknown-user",
        PassDbStatus.Busy => "busy",
        PassDbStatus.Refused => "refused",
        PassDbStatus.NotSupported => "not-supported",
        _ => "internal-failure",
    };

    private static string Word(UserDbStatus status) => status switch
    {
        UserDbStatus.Found => "found",
        UserDbStatus.UnknownUser => "unknown-user",
        _ => "internal-failure",
    };
}
