using MailCluster.Bodies;

namespace MailCluster.Mailboxes.Tests.Rules;

/// <summary>The turn of a random message that waits for a script, and a random mixture of what scripts may do with it.</summary>
internal static class RandomScriptTasks
{
    private static readonly string[] s_names = ["INBOX", "a", "a/b", "c"];
    private static readonly string[] s_keywords = ["$Junk", "Work", "learned"];

    /// <summary>Commands of sessions to whose messages scripts are to run.</summary>
    public static MailboxOptions Options { get; } = new()
    {
        ScriptEvents = new ScriptEventOptions
        {
            Rules =
            [
                new ScriptEventRule(FolderPattern.Create("a*"), null, ScriptCauses.All, "a", null),
                new ScriptEventRule(FolderPattern.Create("*"), FolderPattern.Create("c"), ScriptCauses.Copy, "b", null),
            ],
            QueueMax = 20,
        },
    };

    public static void Step(MailboxDriver mailbox, Random random)
    {
        if (mailbox.State.ScriptTasks.IsEmpty)
            return;
        var task = mailbox.State.ScriptTasks[random.Next(mailbox.State.ScriptTasks.Count)];
        var uids = task.Uids.Uids().ToArray();
        var uid = random.Next(10) == 0 ? uint.MaxValue : uids[random.Next(uids.Length)];
        ScriptChange? change = null;
        if (mailbox.State.Folders.TryGetValue(task.Folder, out var folder) && folder.Index.TryGetRow(uid, out var row) && random.Next(5) > 0)
            change = Change(mailbox, random, row);
        mailbox.Run(new SettleScriptTask(task.Id, uid, change));
    }

    private static ScriptChange Change(MailboxDriver mailbox, Random random, MessageRow row)
    {
        NewMessage[] messages = [new NewMessage(row.EmailId, row.Body, row.Size, row.InternalDate, SystemFlags.None, []), mailbox.Message()];
        var filings = Enumerable.Range(0, random.Next(4)).Select(_ => new Filing(
            FolderName.Create(s_names[random.Next(s_names.Length)]), messages[random.Next(2)] with { Flags = (SystemFlags)random.Next(32) }, (MissingFolder)random.Next(3)));
        var outgoing = Enumerable.Range(0, random.Next(3)).Select(i => messages[random.Next(2)] is var body
            ? new OutgoingMail(OutgoingKind.Redirect, "alice@example.com", $"r{i}@example.org", "", body.EmailId, body.Body, body.Size, OutgoingTerms.None)
            : throw new InvalidOperationException());
        return new ScriptChange(
            random.Next(20) == 0 ? new BodyRef(1) : row.Body,
            new MessageFlags((SystemFlags)random.Next(8), [s_keywords[random.Next(3)]]),
            new MessageFlags((SystemFlags)(random.Next(4) << 3), []),
            (MessageDisposal)random.Next(3),
            new DeliverMessage([.. filings], [], [], [.. outgoing]));
    }
}
