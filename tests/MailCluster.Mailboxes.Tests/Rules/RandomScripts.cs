using System.Collections.Immutable;

namespace MailCluster.Mailboxes.Tests.Rules;

/// <summary>One random thing done to the scripts of an account; few names and contents, so that they meet.</summary>
internal static class RandomScripts
{
    private static readonly string[] s_names = ["work", "Work", "vacation", "été", "a/b", "x"];

    public static void Step(MailboxDriver mailbox, Random random)
    {
        var name = ScriptName.Create(s_names[random.Next(s_names.Length)]);
        switch (random.Next(6))
        {
            case <= 2:
                mailbox.Run(new PutScript(name, Content(random.Next(1, 5)), Activate: random.Next(3) == 0));
                break;
            case 3:
                mailbox.Run(new DeleteScript(name));
                break;
            case 4:
                mailbox.Run(new RenameScript(name, ScriptName.Create(s_names[random.Next(s_names.Length)])));
                break;
            default:
                mailbox.Run(new SetActiveScript(random.Next(3) == 0 ? null : name));
                break;
        }
    }

    private static ImmutableArray<byte> Content(int length) => [.. Enumerable.Repeat((byte)'k', length)];
}
