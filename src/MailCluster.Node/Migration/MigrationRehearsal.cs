using System.Globalization;
using MailCluster.Auth.Users;
using MailCluster.Bodies;
using MailCluster.Mailboxes;
using MailCluster.Node.Hosting.Storage;
using MailCluster.Persistence;

namespace MailCluster.Node.Migration;

/// <summary>Reads everything that a migration would read, checksums included, and writes nothing anywhere: says how much there is, and what would be in the way.</summary>
internal sealed class MigrationRehearsal(INodeStorage source, MigrationProgress progress)
{
    /// <returns>How many accounts and users could not be moved.</returns>
    public async Task<int> RunAsync(string users, CancellationToken cancellationToken)
    {
        int accounts = 0, failed = 0;
        long messages = 0, bodies = 0, bytes = 0;
        await foreach (var actor in source.Journal.ListActorsAsync(cancellationToken))
        {
            var account = AccountId.Create(actor.Value);
            try
            {
                var image = await AccountImage.ReadAsync(source.Journal, source.Snapshots, account, cancellationToken);
                accounts++;
                messages += image.Messages;
                foreach (var body in image.Bodies)
                {
                    var condition = await source.BodyCheck.VerifyAsync(body.Body, cancellationToken);
                    if (condition == BodyCondition.Sound)
                    {
                        bodies++;
                        bytes += await source.Bodies.GetLengthAsync(body.Body, cancellationToken);
                    }
                    else if (body.IsUsed)
                    {
                        throw new MigrationException($"the body of the message {body.EmailId} is {(condition == BodyCondition.Missing ? "missing" : "damaged")}");
                    }
                }
            }
            catch (Exception error) when (error is MigrationException or RecoveryFailedException)
            {
                progress.Failed(account, error.Message);
                failed++;
            }
        }
        var found = File.Exists(users)
            ? PasswdFileAccounts.Read(users, (line, problem) =>
            {
                progress.Say($"{users}:{line}: {problem}");
                failed++;
            }).Count
            : 0;
        progress.Say(string.Create(
            CultureInfo.InvariantCulture, $"{accounts} accounts, {messages} messages, {bodies} bodies, {bytes / 1e6:f1} MB, {found} users; {failed} in the way"));
        return failed;
    }
}
