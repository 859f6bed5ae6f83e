using MailCluster.Bodies;
using MailCluster.Mailboxes.Tests.Rules;
using MailCluster.Testing.Clusters;

namespace MailCluster.Mailboxes.Tests.Replicas;

/// <summary>
/// Random histories with owners that die and hand over under random commands: every acknowledged change happened once, every session's view is a version
/// of the folder and goes forward, and after each step all nodes show the same.
/// </summary>
public sealed class ClusterHistoryTests
{
    private const int Steps = 60;
    private const int NodeCount = 6;
    private static readonly TimeSpan PatienceMax = TimeSpan.FromSeconds(60);
    private static readonly AccountId Alice = AccountId.Create("alice@example.com");
    private static readonly FolderName Other = FolderName.Create("Other");

    public static TheoryData<int> Seeds => new(Enumerable.Range(1, 12));

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Nothing_is_lost_or_done_twice_and_all_nodes_agree(int seed)
    {
        var random = new Random(seed);
        await using var cluster = await MailboxCluster.StartAsync(NodeCount);
        var run = new Run(cluster, random);
        await run.StartAsync();
        for (var step = 0; step < Steps; step++)
            await run.StepAsync().WaitAsync(PatienceMax);
        run.Close();
    }

    private sealed class Run(MailboxCluster cluster, Random random)
    {
        private readonly Dictionary<EmailId, int> _ledger = [];
        private readonly List<Watcher> _watchers = [];

        /// <summary>Nodes that were not killed; the first two never are, and have sessions.</summary>
        private readonly List<int> _alive = [.. Enumerable.Range(0, NodeCount)];

        private int _owner;
        private ulong _bodies;

        public async Task StartAsync()
        {
            await SendAsync(0, new CreateFolder(Other));
            foreach (var node in new[] { 0, 1 })
            {
                foreach (var folder in new[] { FolderName.Inbox, Other })
                    _watchers.Add(new Watcher(await cluster.Nodes[node].Client.OpenFolderAsync(Alice, folder, takeRecent: false, default)));
            }
        }

        public async Task StepAsync()
        {
            if (random.Next(4) == 0)
                cluster.Streams.Close();
            if (random.Next(4) == 0)
                cluster.Replies.Close();
            var commands = new List<Task<ModSeq>>();
            for (var i = random.Next(1, 5); i > 0; i--)
                commands.Add(RunAsync(random.Next(2)));
            if (random.Next(3) == 0)
                await MoveAsync();
            cluster.Replies.Open();
            cluster.Streams.Open();
            var last = (await Task.WhenAll(commands)).Max();
            await CheckAsync(last);
        }

        public void Close()
        {
            foreach (var watcher in _watchers)
                watcher.Opened.Dispose();
        }

        private async Task MoveAsync()
        {
            var next = _alive[random.Next(_alive.Count)];
            if (next == _owner)
                return;
            if (_owner > 1 && random.Next(2) == 0)
            {
                _alive.Remove(_owner);
                await cluster.KillOwnerAsync(next);
            }
            else
            {
                await cluster.HandOverAsync(next);
            }

            _owner = next;
        }

        private async Task<ModSeq> RunAsync(int node)
        {
            var watcher = _watchers[random.Next(_watchers.Count)];
            var index = watcher.Opened.Feed.Current;
            var uids = UidSet.OfRange((uint)random.Next(1, 20), (uint)random.Next(20, 40));
            switch (index.Exists > 40 ? 4 : random.Next(5))
            {
                case 0:
                    var messages = Messages(random.Next(1, 4));
                    var appended = await SendAsync(node, new AppendMessages(watcher.Opened.Name, [.. messages]));
                    Count(messages.Select(message => message.EmailId), +1);
                    return appended.ModSeq;
                case 1:
                    return (await SendAsync(node, new StoreFlags(
                        index.Id, uids, (FlagOperation)random.Next(3), (SystemFlags)random.Next(32), random.Next(2) == 0 ? [] : ["todo"]))).ModSeq;
                case 2:
                    var copied = await SendAsync(node, new CopyMessages(index.Id, uids, Other));
                    lock (_ledger)
                        _copied += copied.SourceUids.UidCount;
                    return copied.ModSeq;
                case 3:
                    return (await SendAsync(node, new MoveMessages(index.Id, uids, FolderName.Inbox))).ModSeq;
                default:
                    var expunged = await SendAsync(node, new ExpungeMessages(index.Id, uids, OnlyDeleted: false));
                    lock (_ledger)
                        _expunged += expunged.Uids.UidCount;
                    return expunged.ModSeq;
            }
        }

        private long _copied;
        private long _expunged;

        private async Task CheckAsync(ModSeq last)
        {
            var owned = await SendAsync(_owner, new InspectAccount());
            var total = owned.Folders.Sum(folder => (long)folder.Index.Exists);
            Assert.Equal(_ledger.Values.Sum() + _copied - _expunged, total);
            Assert.All(owned.Folders.SelectMany(folder => Enumerable.Range(0, folder.Index.Exists).Select(i => folder.Index.RowAt(i).EmailId)),
                email => Assert.True(_ledger.ContainsKey(email)));
            foreach (var watcher in _watchers)
            {
                var index = owned.Folders.Single(folder => folder.Index.Id == watcher.Opened.Feed.Id).Index;
                await watcher.Opened.Feed.ReachAsync(index.HighestModSeq, default);
                Assert.Equal(StateText.Of(index), StateText.Of(watcher.Opened.Feed.Current));
                watcher.Look();
            }

            Assert.True(owned.Folders.Max(folder => folder.Index.HighestModSeq.Value) >= last.Value);
        }

        private void Count(IEnumerable<EmailId> emails, int by)
        {
            lock (_ledger)
            {
                foreach (var email in emails)
                    _ledger[email] = _ledger.GetValueOrDefault(email) + by;
            }
        }

        private List<NewMessage> Messages(int count) => [.. Enumerable.Range(0, count).Select(_ => new NewMessage(
            new EmailId(Guid.NewGuid()), new BodyRef(++_bodies), 100, InternalDate.FromPacked(0), SystemFlags.None, []))];

        private async Task<TResult> SendAsync<TResult>(int node, MailboxCommand<TResult> command) =>
            await cluster.Nodes[node].Client.SendAsync(
                Alice, command, new CommandContext(new CommandId(Guid.NewGuid()), "s", "test", ""), default);
    }

    /// <summary>A session: what it is told is a difference of two versions, so that its view goes from one to the next.</summary>
    private sealed class Watcher(OpenedFolder opened)
    {
        private FolderIndex _view = opened.Index;

        public OpenedFolder Opened => opened;

        public void Look()
        {
            var now = opened.Feed.Current;
            var diff = FolderDiff.Between(_view, now);
            Assert.Equal(now.Exists, _view.Exists - diff.Expunged.Sum(run => run.Count) + diff.Appended);
            Assert.True(now.HighestModSeq >= _view.HighestModSeq && now.UidNext >= _view.UidNext);
            _view = now;
        }
    }
}
