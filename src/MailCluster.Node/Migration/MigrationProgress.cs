using System.Globalization;
using MailCluster.Mailboxes;

namespace MailCluster.Node.Migration;

/// <summary>Tells a person how far a migration is: a line for each account that fails, a line now and then for those that do not.</summary>
internal sealed class MigrationProgress(TextWriter output, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly long _begun = time.GetTimestamp();
    private long _told = time.GetTimestamp();
    private int _accounts;
    private long _messages;

    public int Accounts => _accounts;

    public void Moved(AccountImage image, long bodies, long bytes)
    {
        _accounts++;
        _messages += image.Messages;
        if (time.GetElapsedTime(_told) >= Interval)
        {
            _told = time.GetTimestamp();
            Tell(bodies, bytes, image.Account.Value);
        }
    }

    public void Failed(AccountId account, string problem) =>
        output.WriteLine(problem.StartsWith(account.Value, StringComparison.Ordinal) ? problem : $"{account}: {problem}");

    public void Say(string line) => output.WriteLine(line);

    /// <summary>What this run has done so far.</summary>
    public void Tell(long bodies, long bytes, string last) => output.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{_accounts} accounts, {_messages} messages, {bodies} bodies copied, {bytes / 1e6:f1} MB, {time.GetElapsedTime(_begun).TotalSeconds:f0} s; last {last}"));
}
