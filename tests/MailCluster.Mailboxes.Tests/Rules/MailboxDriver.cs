using System.Collections.Immutable;
using MailCluster.Bodies;

namespace MailCluster.Mailboxes.Tests.Rules;

/// <summary>Runs commands against the pure rules and keeps every change, so that replays can be compared.</summary>
internal sealed class MailboxDriver
{
    private readonly MailboxOptions _options;
    private int _ids;
    private ulong _bodies;
    private long _seconds = 1_700_000_000;

    public MailboxDriver(MailboxOptions? options = null)
    {
        _options = options ?? new MailboxOptions();
        Provision();
    }

    public static AccountId Alice { get; } = AccountId.Create("alice@example.com");

    public MailboxState State { get; private set; } = MailboxState.Empty;

    /// <summary>How those come who send commands.</summary>
    public string Protocol { get; init; } = "test";

    /// <summary>Tasks that found no room.</summary>
    public int ScriptsLeft { get; private set; }

    public List<MailboxChange> Changes { get; } = [];

    public DecisionContext Context => new(DateTimeOffset.FromUnixTimeSeconds(_seconds), NextId, _options)
    {
        Limits = QuotaLimits.Of(_options.Quota.Rules, State.Quota.Heard, State.Quota.Set),
    };

    public static FolderName Name(string name) => FolderName.Create(name);

    public FolderState Folder(string name) => State.Find(Name(name)) ?? throw new InvalidOperationException($"no folder {name}");

    public FolderIndex Index(string name) => Folder(name).Index;

    public NewMessage Message(SystemFlags flags = SystemFlags.None, params string[] keywords) => new(
        new EmailId(NextId()),
        new BodyRef(++_bodies),
        100,
        new InternalDate(DateTimeOffset.FromUnixTimeSeconds(_seconds)),
        flags,
        [.. keywords]);

    public AppendResult Append(string folder, int count = 1, SystemFlags flags = SystemFlags.None) =>
        Run(new AppendMessages(Name(folder), [.. Enumerable.Range(0, count).Select(_ => Message(flags))]));

    public TResult Run<TResult>(MailboxCommand<TResult> command, CommandContext? context = null)
    {
        _seconds++;
        var (events, result) = MailboxRules.Decide(State, command, Context);
        var cause = context ?? new CommandContext(new CommandId(NextId()), "s", Protocol, "");
        if (_options.ScriptEvents is { } scripts)
        {
            if (ScriptQueue.Of(State, scripts, command, events, cause, Context, out var left) is { } queued)
                events = events.Add(queued);
            ScriptsLeft += left;
        }

        if (!events.IsEmpty)
            Commit(cause, result, events);
        return (TResult)result;
    }

    public RefusalReason Refusal<TResult>(MailboxCommand<TResult> command)
    {
        var before = State;
        var refusal = Assert.Throws<MailboxRefusedException>(() => Run(command));
        Assert.Same(before, State);
        return refusal.Reason;
    }

    public void Provision()
    {
        var events = MailboxRules.Provision(State, Alice, Context);
        if (!events.IsEmpty)
            Commit(CommandContext.None, null, events);
    }

    /// <summary>As the actor does with what it has heard of the user database.</summary>
    public void Hear(QuotaRules rules) => Commit(CommandContext.None, null, [new QuotaChanged(null, rules, null)]);

    private void Commit(CommandContext cause, object? result, ImmutableArray<MailboxEvent> events)
    {
        var change = new MailboxChange(0, State.Changes + 1, Context.Now, cause, result, events);
        Changes.Add(change);
        State = MailboxState.Apply(State, change);
    }

    private Guid NextId() => new(++_ids, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
}
