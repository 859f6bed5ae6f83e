using System.Collections.Concurrent;
using MailCluster.Cluster;
using MailCluster.Persistence;

namespace MailCluster.Mailboxes;

/// <summary>
/// Which accounts may have mail to send, and which of them this node has: <see cref="IOutboxIndex"/> by accounts.
/// </summary>
public sealed class OutboxRegister
{
    /// <summary>
    /// How long an account stays registered after it was noted last. Far longer than a command can be under way, so that nobody forgets an account that is
    /// just getting something to send.
    /// </summary>
    public static readonly TimeSpan ForgetAfter = TimeSpan.FromMinutes(10);

    /// <summary>An account that was noted so lately is not noted again: one write a minute, however many messages.</summary>
    private static readonly TimeSpan s_noteAgainAfter = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<AccountId, DateTimeOffset> _noted = new();
    private readonly IOutboxIndex _index;
    private readonly IMailboxRegion _region;
    private readonly TimeProvider _time;

    public OutboxRegister(IOutboxIndex index, IMailboxRegion region, TimeProvider time)
    {
        _index = index;
        _region = region;
        _time = time;
        region.HomeChanged += _ => HomeChanged?.Invoke();
    }

    /// <summary>Accounts came to this node or left it. Raised from any thread; handlers return at once.</summary>
    public event Action? HomeChanged;

    /// <summary>Whether this node has the account. May be out of date when it returns; <see cref="HomeChanged"/> then follows.</summary>
    public bool IsHere(AccountId account) => _region.IsHere(new EntityId(account.Value));

    /// <summary>To be called, and awaited, before a command that gives the account something to send.</summary>
    /// <exception cref="MailboxRefusedException">It cannot be noted now, so the command must not be sent.</exception>
    public async ValueTask NoteAsync(AccountId account, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        if (_noted.TryGetValue(account, out var noted) && now - noted < s_noteAgainAfter)
            return;
        try
        {
            await _index.AddAsync(new PersistenceId(account.Value), now, cancellationToken);
        }
        catch (JournalUnavailableException e)
        {
            throw Unavailable(e);
        }

        if (_noted.Count > 10_000)
            _noted.Clear();
        _noted[account] = now;
    }

    /// <summary>Forgets an account that has nothing to send, unless it was noted lately.</summary>
    /// <returns>False: it stays, and is to be looked at again.</returns>
    /// <exception cref="MailboxRefusedException">The register cannot be written now.</exception>
    public async ValueTask<bool> ForgetAsync(AccountId account, CancellationToken cancellationToken)
    {
        try
        {
            return await _index.RemoveAsync(new PersistenceId(account.Value), _time.GetUtcNow() - ForgetAfter, cancellationToken);
        }
        catch (JournalUnavailableException e)
        {
            throw Unavailable(e);
        }
    }

    /// <summary>The registered accounts that this node has.</summary>
    /// <exception cref="MailboxRefusedException">The register cannot be read now.</exception>
    public async ValueTask<IReadOnlyList<AccountId>> ListHereAsync(CancellationToken cancellationToken)
    {
        var accounts = new List<AccountId>();
        try
        {
            await foreach (var actor in _index.ListAsync(cancellationToken))
            {
                if (AccountId.TryCreate(actor.Value, out var account) && IsHere(account))
                    accounts.Add(account);
            }
        }
        catch (JournalUnavailableException e)
        {
            throw Unavailable(e);
        }

        return accounts;
    }

    private static MailboxRefusedException Unavailable(JournalUnavailableException e) =>
        new(RefusalReason.Unavailable, "The register of outboxes is away: " + e.Message, e);
}

/// <summary>
/// Where the actors of a node tell what they have to send, before there is anybody to hear it: the listener needs the way to the accounts, which needs
/// the actors. What is told before <see cref="Attach"/> is not lost: it is in the register.
/// </summary>
public sealed class OutboxSignal : IOutboxListener
{
    private volatile IOutboxListener? _listener;

    public void Attach(IOutboxListener? listener) => _listener = listener;

    public void OutboxChanged(AccountId account, DateTimeOffset? next) => _listener?.OutboxChanged(account, next);
}
