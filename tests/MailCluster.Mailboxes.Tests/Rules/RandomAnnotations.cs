using System.Collections.Immutable;

namespace MailCluster.Mailboxes.Tests.Rules;

/// <summary>One random change of annotations; few names and values, so that they meet.</summary>
internal static class RandomAnnotations
{
    private static readonly string[] s_entries =
        ["/shared/comment", "/private/comment", "/shared/vendor/x/a", "/shared/vendor/x/b", "/private/filters/values/boss"];

    public static void Step(MailboxDriver mailbox, Random random, FolderName name)
    {
        var changes = Enumerable.Range(0, random.Next(1, 4)).Select(_ => new AnnotationChange(
            AnnotationName.Create(s_entries[random.Next(s_entries.Length)]), random.Next(3) == 0 ? null : Value(random.Next(4))));
        mailbox.Run(new SetAnnotations(random.Next(4) == 0 ? null : name, [.. changes]));
    }

    private static ImmutableArray<byte> Value(int length) => [.. Enumerable.Repeat((byte)'v', length)];
}
