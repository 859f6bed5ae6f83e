using MailCluster.Mailboxes;
using Xunit;

namespace MailCluster.Testing;

/// <summary>Looks into mailboxes as a test wants to see them.</summary>
public static class MailboxProbe
{
    /// <summary>The bodies of all messages of a folder, in the order of their UIDs.</summary>
    public static async Task<List<byte[]>> BodiesAsync(this InMemoryMailboxes mailboxes, string account, string folder = "INBOX")
    {
        using var opened = await mailboxes.Client.OpenFolderAsync(
            AccountId.Create(account), FolderName.Create(folder), takeRecent: false, CancellationToken.None);
        var index = opened.Feed.Current;
        var bodies = new List<byte[]>();
        for (var i = 0; i < index.Exists; i++)
        {
            var row = index.RowAt(i);
            var bytes = new byte[row.Size];
            Assert.Equal((int)row.Size, await mailboxes.Bodies.ReadAsync(row.Body, 0, bytes, CancellationToken.None));
            Assert.Equal(row.Size, await mailboxes.Bodies.GetLengthAsync(row.Body, CancellationToken.None));
            bodies.Add(bytes);
        }

        return bodies;
    }
}
