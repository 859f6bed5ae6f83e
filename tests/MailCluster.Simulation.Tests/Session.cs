using MailCluster.Bodies;
using MailCluster.Mailboxes;
using MailCluster.Simulation.Tests.Checks;

namespace MailCluster.Simulation.Tests;

/// <summary>
/// A client's session on one node: opens the INBOX of an account, changes things, sometimes without waiting for one answer before the next command, and looks at
/// what it is shown. Ends with its process.
/// </summary>
internal sealed class Session(World world, SimulatedNode node, AccountId account, int number)
{
    private static readonly FolderName s_archive = FolderName.Create("Archive");

    private const int ReadStep = 8;

    private readonly Random _random = new(world.Random.Next());
    private readonly bool _onlyReads = world.Random.Next(3) == 0;
    private int _commands;
    private ModSeq _seen;

    internal SimulatedNode Node => node;

    internal AccountId Account => account;

    /// <summary>It has finished what it was at, after the world was ending.</summary>
    internal bool IsOver { get; private set; }

    /// <summary>The folder that it has open.</summary>
    internal FolderFeed? Open { get; private set; }

    private string Name => $"session {number} on {node.Name}.{node.Generation}";

    internal async Task RunAsync()
    {
        while (!world.IsEnding)
        {
            try
            {
                await TryAsync(new CreateFolder(s_archive), created => default);
                using var inbox = await node.Client!.OpenFolderAsync(account, FolderName.Inbox, _random.Next(2) == 0, CancellationToken.None);
                Open = inbox.Feed;
                _seen = inbox.Index.HighestModSeq;
                Look(inbox.Index);
                for (var steps = _random.Next(2, 30); steps > 0 && !world.IsEnding; steps--)
                {
                    await StepAsync(inbox);
                    Look(inbox.Feed.Current);
                    await PauseAsync(world.Scenario.ThinkMax);
                    Look(inbox.Feed.Current);
                }

                if (world.IsEnding)
                {
                    await CatchUpAsync(inbox);
                }

                Open = null;
            }
            catch (MailboxRefusedException refused) when (refused.Reason == RefusalReason.Unavailable)
            {
                world.Oracle.NotAnswered();
                await PauseAsync(500);
            }
            catch (Exception bug)
            {
                world.Oracle.Fail(Promise.NoBug, $"{Name}: {bug}");
                return;
            }
        }

        Open = null;
        IsOver = true;
    }

    private async Task StepAsync(OpenedFolder inbox)
    {
        switch (_onlyReads ? ReadStep : _random.Next(10))
        {
            case 0 or 1 or 2:
                await AppendAsync(inbox, _random.Next(1, 4));
                break;
            case 3 or 4 when inbox.Feed.Current.Exists > 0:
                var operation = _random.Next(2) == 0 ? FlagOperation.Add : FlagOperation.Remove;
                var flags = _random.Next(2) == 0 ? SystemFlags.Seen : SystemFlags.Deleted;
                await TryAsync(new StoreFlags(inbox.Feed.Id, SomeUid(inbox), operation, flags, [$"k{_random.Next(3)}"]), stored => stored.ModSeq);
                break;
            case 5 when inbox.Feed.Current.Exists > 0:
                await TryAsync(new CopyMessages(inbox.Feed.Id, SomeUid(inbox), s_archive), copied => copied.ModSeq);
                break;
            case 6 when inbox.Feed.Current.Exists > 3:
                await TryAsync(new MoveMessages(inbox.Feed.Id, SomeUid(inbox), s_archive), moved => moved.ModSeq);
                break;
            case 7:
                await TryAsync(new ExpungeMessages(inbox.Feed.Id), expunged => expunged.ModSeq);
                break;
            case ReadStep:
                await ReadAsync();
                break;
            default:
                await PauseAsync(2000);
                break;
        }
    }

    private UidSet SomeUid(OpenedFolder inbox) => UidSet.Of(inbox.Feed.Current.RowAt(_random.Next(inbox.Feed.Current.Exists)).Uid);

    /// <summary>Sends all before the first is answered: their UIDs are to be in the order in which they were sent.</summary>
    private async Task AppendAsync(OpenedFolder inbox, int count)
    {
        var sent = new List<Task<AppendResult?>>();
        for (var i = 0; i < count; i++)
        {
            var message = new NewMessage(
                new EmailId(world.NewGuid()), new BodyRef((ulong)world.Random.NextInt64(1, long.MaxValue)), 100, InternalDate.FromPacked(0), SystemFlags.None, []);
            sent.Add(TryAsync(new AppendMessages(FolderName.Inbox, [message]), appended => appended.ModSeq));
        }

        uint last = 0;
        foreach (var append in sent)
        {
            if (await append is not { } appended)
            {
                continue;
            }

            if (appended.Uids.Min <= last)
            {
                world.Oracle.Fail(Promise.Order, $"{Name}: UID {appended.Uids} was given to a message that was sent after the one of UID {last}");
            }

            last = appended.Uids.Max;
            if (!inbox.Feed.IsGone && inbox.Feed.Current.HighestModSeq < appended.ModSeq)
            {
                world.Oracle.Fail(Promise.Views, $"{Name} was answered {appended.ModSeq} and shows {inbox.Feed.Current.HighestModSeq}");
            }
        }
    }

    private async Task ReadAsync()
    {
        var floor = world.Oracle.Floor(account);
        var inbox = await node.Client!.SendAsync(account, new DescribeFolder(FolderName.Inbox), CommandContext.None, CancellationToken.None);
        world.Oracle.Read(account, inbox, floor, node);
    }

    private async Task<TResult?> TryAsync<TResult>(MailboxCommand<TResult> command, Func<TResult, ModSeq> modSeqOf)
        where TResult : notnull
    {
        var context = new CommandContext(new CommandId(world.NewGuid()), $"s{number}", "sim", "");
        world.Oracle.Sent(context.Id, new SentCommand(number, _commands++, command.GetType().Name));
        try
        {
            var result = await node.Client!.SendAsync(account, command, context, CancellationToken.None);
            world.Oracle.Answered(account, context.Id, modSeqOf(result), result);
            return result;
        }
        catch (MailboxRefusedException refused) when (refused.Reason is RefusalReason.Unavailable or RefusalReason.AlreadyExists)
        {
            world.Oracle.NotAnswered();
            return default;
        }
    }

    public override string ToString() =>
        $"{Name}, which shows {Open?.Current.HighestModSeq.ToString() ?? "nothing"} of {account}; the journal has "
        + $"{world.Oracle.Of(account).Inbox?.Index.HighestModSeq}";

    /// <summary>What this session sees of the folder now.</summary>
    private void Look(FolderIndex index)
    {
        if (index.HighestModSeq < _seen)
        {
            world.Oracle.Fail(Promise.Views, $"{Name} was taken back from {_seen} to {index.HighestModSeq}");
        }

        if (Open is { IsGone: true })
        {
            world.Oracle.Fail(Promise.Views, $"{Name}: the INBOX is gone");
        }

        _seen = index.HighestModSeq;
        world.Oracle.Seen(account, index, Name);
    }

    /// <summary>At the end: the folder comes to the version that the journal has.</summary>
    private async Task CatchUpAsync(OpenedFolder inbox)
    {
        while (!world.IsOver && inbox.Feed.Current.HighestModSeq < world.Oracle.Of(account).Inbox!.Index.HighestModSeq)
        {
            await PauseAsync(50);
            Look(inbox.Feed.Current);
        }

        Look(inbox.Feed.Current);
    }

    private Task PauseAsync(int millisecondsMax) => Task.Delay(TimeSpan.FromMilliseconds(_random.Next(1, millisecondsMax)), node.Process.Time);
}
