using MailCluster.EndToEnd.Tests.Support;

namespace MailCluster.EndToEnd.Tests.Cluster;

/// <summary>A client with an inbox open, whose every line goes through a <see cref="FolderView"/>.</summary>
internal sealed class FolderClient : IAsyncDisposable
{
    private readonly ImapClient _imap;

    private FolderClient(ImapClient imap, FolderView view)
    {
        _imap = imap;
        View = view;
    }

    public FolderView View { get; }

    /// <summary>Logs in and opens the inbox, with CONDSTORE, so that changes come with their mod-sequences.</summary>
    /// <exception cref="RefusedException">The node cannot do it for now.</exception>
    public static async Task<FolderClient> OpenAsync(FleetNode node, string account)
    {
        var imap = await LogInAsync(node, account);
        try
        {
            var client = new FolderClient(imap, new FolderView($"a client of {account} on {node.Name}"));
            await client.RequireAsync("SELECT INBOX (CONDSTORE)");
            await client.LookAsync();
            return client;
        }
        catch
        {
            await imap.DisposeAsync();
            throw;
        }
    }

    /// <exception cref="RefusedException">The node cannot do it for now.</exception>
    public static async Task<ImapClient> LogInAsync(FleetNode node, string account)
    {
        try
        {
            return await node.Process.ConnectImapAsync(account, tls: false);
        }
        catch (InvalidOperationException error) when (error.Message.Contains("[UNAVAILABLE]", StringComparison.Ordinal))
        {
            throw new RefusedException(error.Message);
        }
    }

    /// <exception cref="RefusedException">It was answered <c>NO [UNAVAILABLE]</c>.</exception>
    public async Task<ImapAnswer> RequireAsync(string command)
    {
        var answer = await TryAsync(command);
        Assert.True(answer.IsOk, $"{command}: {answer.Tagged}");
        return answer;
    }

    /// <summary>As <see cref="RequireAsync"/>, and any other refusal is for the caller to judge.</summary>
    /// <exception cref="RefusedException">It was answered <c>NO [UNAVAILABLE]</c>.</exception>
    public async Task<ImapAnswer> TryAsync(string command)
    {
        var answer = await _imap.SendAsync(command);
        if (command.StartsWith("SELECT", StringComparison.Ordinal))
            View.Forget();
        foreach (var line in answer.Untagged)
            View.Apply(line, command);
        return RefusedException.IsOne(answer) ? throw new RefusedException($"{command}: {answer.Tagged}") : answer;
    }

    /// <summary>Asks what has changed, and for the UIDs and flags that it does not know.</summary>
    public async Task LookAsync()
    {
        await RequireAsync("NOOP");
        if (View.FirstUnnamed > 0)
            await RequireAsync($"FETCH {View.FirstUnnamed}:{View.Count} (UID FLAGS MODSEQ)");
    }

    /// <summary>IDLE; every line goes to <paramref name="told"/> and not to the view.</summary>
    public Task<ImapAnswer> IdleAsync(Action<ImapLine> told, Task enough) => _imap.IdleAsync(told, enough);

    public ValueTask DisposeAsync() => _imap.DisposeAsync();
}

/// <summary>The server cannot do it for now, and said so as it should: <c>NO [UNAVAILABLE]</c>, <c>451</c>. Any other refusal is a failed test.</summary>
internal sealed class RefusedException(string answer) : Exception(answer)
{
    public static bool IsOne(ImapAnswer answer) => answer.Tagged.StartsWith("NO [UNAVAILABLE]", StringComparison.Ordinal);

    public static ImapAnswer Check(string command, ImapAnswer answer)
    {
        Assert.True(answer.IsOk || IsOne(answer), $"{command}: {answer.Tagged}");
        return answer.IsOk ? answer : throw new RefusedException($"{command}: {answer.Tagged}");
    }
}
