using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using MailCluster.Auth.Users;
using MailCluster.Bodies;
using MailCluster.Mailboxes;
using MailCluster.Mime;
using MailCluster.Node.Admin;
using MailCluster.Node.Admin.Checks;
using MailCluster.Node.Admin.Verbs;
using MailCluster.Persistence;
using MailCluster.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Node.Tests.Admin;

/// <summary>fsck over real mailbox actors and a body store that can lose and damage what it holds.</summary>
public sealed class FsckTests : IAsyncLifetime
{
    private static readonly AccountId Alice = AccountId.Create("alice@example.com");

    private readonly ManualTimeProvider _time = new();
    private readonly FaultyBodies _bodies = new();
    private InMemoryMailboxes _mailboxes = null!;
    private AccountSelection _accounts = null!;
    private FsckVerb _fsck = null!;
    private MessageIntake _intake = null!;

    public async Task InitializeAsync()
    {
        _mailboxes = await InMemoryMailboxes.StartAsync();
        _accounts = new AccountSelection(new EveryName(), _mailboxes.Client, _time);
        _intake = new MessageIntake(_bodies, new MimeLimits());
        var ledger = new OrphanLedger(new AdminOptions { OrphanAge = TimeSpan.FromHours(1) }, _time);
        _fsck = new FsckVerb(_accounts, _bodies, _bodies, _mailboxes.Journal, ledger, _time, NullLogger<FsckVerb>.Instance);
    }

    public async Task DisposeAsync() => await _mailboxes.DisposeAsync();

    [Fact]
    public async Task Sound_mail_is_clean()
    {
        await AppendAsync();
        await AppendAsync();
        var (findings, summary) = await RunAsync("""{"verify":true}""");
        Assert.Empty(findings);
        Assert.Equal((1, 2, 2), (summary.GetProperty("accounts").GetInt32(), summary.GetProperty("messages").GetInt32(), summary.GetProperty("records").GetInt32()));
    }

    [Fact]
    public async Task A_lost_body_is_found_and_its_message_removed_only_when_asked()
    {
        await AppendAsync();
        var lost = await AppendAsync();
        _bodies.Missing.Add(lost.Body);
        Assert.Equal(["body-missing"], (await RunAsync("{}")).Findings);
        Assert.Equal(["body-missing"], (await RunAsync("""{"repair":true}""")).Findings);
        Assert.Equal(2, await CountAsync());
        var (findings, summary) = await RunAsync("""{"repair":true,"drop-lost":true}""");
        Assert.Equal(["body-missing"], findings);
        Assert.Equal(1, summary.GetProperty("repaired").GetInt32());
        Assert.Equal(1, await CountAsync());
        Assert.Empty((await RunAsync("""{"user":"alice@example.com"}""")).Findings);
    }

    [Fact]
    public async Task A_damaged_body_is_found_by_verifying_and_never_removed()
    {
        var damaged = await AppendAsync();
        _bodies.Corrupt.Add(damaged.Body);
        Assert.Empty((await RunAsync("""{"user":"alice@example.com"}""")).Findings);
        Assert.Equal(["body-corrupt"], (await RunAsync("""{"user":"alice@example.com","verify":true,"repair":true,"drop-lost":true}""")).Findings);
        Assert.Equal(1, await CountAsync());
    }

    [Fact]
    public async Task A_damaged_write_is_found_by_verifying_though_the_account_is_in_memory()
    {
        await AppendAsync();
        var damage = new RecoveryFailedException(new PersistenceId(Alice.Value), "the write 1 is damaged");
        _mailboxes.Journal.Faults.FailNextRead(damage);
        Assert.Equal(["journal-damaged"], (await RunAsync("""{"verify":true}""")).Findings);
        _mailboxes.Journal.Faults.FailNextRead(damage);
        Assert.Empty((await RunAsync("{}")).Findings);
    }

    [Fact]
    public async Task A_body_that_is_given_up_while_a_message_uses_it_is_found()
    {
        var message = await AppendAsync();
        await _bodies.ReleaseAsync(new[] { message.Body }, _time.GetUtcNow(), default);
        Assert.Equal(["body-given-up"], (await RunAsync("{}")).Findings);
    }

    [Fact]
    public async Task What_waits_to_be_sent_uses_its_body_and_a_lost_one_is_found()
    {
        var (sound, lost) = (await StoreAsync(), await StoreAsync());
        await SendAsync(new DeliverMessage([], [], [], [Mail(sound), Mail(lost)]));
        Assert.Empty((await RunAsync("{\"verify\":true}")).Findings);
        _bodies.Missing.Add(lost.Body);
        Assert.Equal(["outbox-body-missing"], (await RunAsync("{\"repair\":true}")).Findings);
        Assert.Equal(1, (await RunAsync("{\"repair\":true,\"drop-lost\":true}")).Summary.GetProperty("repaired").GetInt32());
        Assert.Equal(sound.Body, Assert.Single((await SendAsync(new ListOutbox())).Entries).Mail.Body);

        static OutgoingMail Mail(NewMessage body) => new(
            OutgoingKind.Redirect, "alice@example.com", "bob@example.org", "", body.EmailId, body.Body, body.Size, OutgoingTerms.None);
    }

    [Fact]
    public async Task An_unused_body_is_given_up_only_when_it_has_been_unused_for_long()
    {
        await AppendAsync();
        await StoreAsync();
        var (findings, first) = await RunAsync("""{"repair":true}""");
        Assert.Equal(["body-unused"], findings);
        Assert.Equal(0, first.GetProperty("repaired").GetInt32());
        _time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(0, (await RunAsync("""{"repair":true}""")).Summary.GetProperty("repaired").GetInt32());
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0, (await RunAsync("{}")).Summary.GetProperty("repaired").GetInt32());
        Assert.Equal(1, (await RunAsync("""{"repair":true}""")).Summary.GetProperty("repaired").GetInt32());
        Assert.Empty((await RunAsync("""{"verify":true}""")).Findings);
        Assert.Equal(1, await CountAsync());
    }

    [Fact]
    public async Task An_upload_in_progress_is_not_given_up_once_its_message_has_come()
    {
        await AppendAsync();
        var uploading = await StoreAsync();
        Assert.Single((await RunAsync("""{"repair":true}""")).Findings);
        await SendAsync(new AppendMessages(FolderName.Inbox, [uploading]));
        _time.Advance(TimeSpan.FromHours(2));
        Assert.Empty((await RunAsync("""{"repair":true}""")).Findings);
        Assert.Equal(2, await CountAsync());
    }

    [Fact]
    public async Task Expunged_messages_and_purged_accounts_leave_nothing_to_find()
    {
        await AppendAsync();
        await AppendAsync();
        var index = (await SendAsync(new InspectAccount())).Folders.Single(f => f.Name.IsInbox).Index;
        await SendAsync(new ExpungeMessages(index.Id, UidSet.Of(1), OnlyDeleted: false));
        Assert.DoesNotContain("body-missing", (await RunAsync("""{"verify":true}""")).Findings);
        await SendAsync(new PurgeAccount());
        Assert.DoesNotContain("body-missing", (await RunAsync("""{"verify":true}""")).Findings);
    }

    private ValueTask<T> SendAsync<T>(MailboxCommand<T> command) => _accounts.SendAsync(Alice, command, CancellationToken.None);

    private async Task<int> CountAsync() => (await SendAsync(new ListFolders())).Find(FolderName.Inbox)!.Messages;

    private async Task<NewMessage> StoreAsync()
    {
        using var prepared = _intake.Prepare("Subject: x\r\n\r\nbody\r\n"u8.ToArray());
        return await _intake.StoreAsync(Alice, prepared, new InternalDate(_time.GetUtcNow()), SystemFlags.None, [], CancellationToken.None);
    }

    private async Task<NewMessage> AppendAsync()
    {
        var message = await StoreAsync();
        await SendAsync(new AppendMessages(FolderName.Inbox, [message]));
        return message;
    }

    private async Task<(string[] Findings, JsonElement Summary)> RunAsync(string request)
    {
        var context = new DefaultHttpContext();
        context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(request));
        using var answer = new MemoryStream();
        context.Response.Body = answer;
        using var rows = new RowStream(context.Response);
        await _fsck.RunAsync(context.Request, rows, CancellationToken.None);
        await rows.EndAsync(CancellationToken.None);
        var lines = Encoding.UTF8.GetString(answer.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement).ToList();
        return ([.. lines.SkipLast(1).Select(line => line.GetProperty("problem").GetString()!)], lines[^1].GetProperty("summary"));
    }

    private sealed class EveryName : IUserDirectory
    {
        public ValueTask<UserInfo?> FindUserAsync(string username, CancellationToken cancellationToken) =>
            ValueTask.FromResult<UserInfo?>(new UserInfo(username, new Dictionary<string, string>()));

        public async IAsyncEnumerable<UserInfo> ListUsersAsync(
            string? pattern, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.CompletedTask;
            yield break;
        }
    }

    /// <summary>A body store with holes.</summary>
    private sealed class FaultyBodies : IBodyStore, IBodyStoreCheck
    {
        private readonly InMemoryBodyStore _sound = new();

        public HashSet<BodyRef> Missing { get; } = [];

        public HashSet<BodyRef> Corrupt { get; } = [];

        public ValueTask<BodyRef> PutAsync(NewBody message, CancellationToken cancellationToken) =>
            _sound.PutAsync(message, cancellationToken);

        public ValueTask GetSummariesAsync(
            ReadOnlyMemory<BodyRef> bodies, Memory<ReadOnlyMemory<byte>> summaries, CancellationToken cancellationToken) =>
            _sound.GetSummariesAsync(bodies, summaries, cancellationToken);

        public ValueTask GetTextsAsync(
            ReadOnlyMemory<BodyRef> bodies, Memory<ReadOnlyMemory<byte>> texts, CancellationToken cancellationToken) =>
            _sound.GetTextsAsync(bodies, texts, cancellationToken);

        public ValueTask<long> GetLengthAsync(BodyRef body, CancellationToken cancellationToken) =>
            Missing.Contains(body) ? ValueTask.FromException<long>(new BodyMissingException(body)) : _sound.GetLengthAsync(body, cancellationToken);

        public ValueTask<int> ReadAsync(BodyRef body, long offset, Memory<byte> destination, CancellationToken cancellationToken) =>
            _sound.ReadAsync(body, offset, destination, cancellationToken);

        public ValueTask ReleaseAsync(ReadOnlyMemory<BodyRef> bodies, DateTimeOffset freeAfter, CancellationToken cancellationToken) =>
            _sound.ReleaseAsync(bodies, freeAfter, cancellationToken);

        public async IAsyncEnumerable<BodyRecord> EnumerateAsync(bool verify, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (var record in _sound.EnumerateAsync(verify, cancellationToken))
            {
                if (Missing.Contains(record.Body)) continue;
                yield return verify && Corrupt.Contains(record.Body) ? record with { Condition = BodyCondition.Corrupt } : record;
            }
        }

        public ValueTask<BodyCondition> VerifyAsync(BodyRef body, CancellationToken cancellationToken) =>
            Missing.Contains(body) ? ValueTask.FromResult(BodyCondition.Missing)
            : Corrupt.Contains(body) ? ValueTask.FromResult(BodyCondition.Corrupt)
            : _sound.VerifyAsync(body, cancellationToken);
    }
}
