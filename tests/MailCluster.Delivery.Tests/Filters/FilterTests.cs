using System.Collections.Immutable;
using System.Text;
using MailCluster.Bodies;
using MailCluster.Delivery.Filters;
using MailCluster.Mailboxes;
using MailCluster.Mime;
using MailCluster.Sieve;
using MailCluster.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Delivery.Tests.Filters;

/// <summary>Deliveries with scripts into real accounts: what is in the folders, in the outbox and in the account's memory afterwards.</summary>
public sealed partial class FilterTests : IAsyncLifetime, IDisposable
{
    private const string Plain = """
        From: Carol <carol@example.net>
        To: alice@example.com
        Subject: Lunch
        Message-ID: <1@example.net>

        At noon?

        """;

    private static readonly AccountId Alice = AccountId.Create("alice@example.com");

    private readonly ManualTimeProvider _time = new();
    private readonly DeliveryMetrics _metrics = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("filters-").FullName;
    private InMemoryMailboxes _mailboxes = null!;

    public async Task InitializeAsync() => _mailboxes = await InMemoryMailboxes.StartAsync(_time);

    public async Task DisposeAsync()
    {
        await _mailboxes.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    public void Dispose() => _metrics.Dispose();

    [Fact]
    public async Task Without_a_script_the_message_is_kept()
    {
        Assert.Equal(DeliveryStatus.Delivered, (await DeliverAsync()).Status);
        Assert.Equal(["INBOX"], await FoldersWithMailAsync());
    }

    [Fact]
    public async Task Files_flags_and_a_copy_share_one_body()
    {
        await PutAsync("""require ["fileinto", "copy", "imap4flags", "mailbox"]; fileinto :copy :create :flags ["\\Seen", "work"] "Lists/Dev";""");
        await DeliverAsync();

        Assert.Equal(["INBOX", "Lists/Dev"], await FoldersWithMailAsync());
        Assert.Equal(1, _mailboxes.Bodies.Count);
        using var opened = await _mailboxes.Client.OpenFolderAsync(Alice, FolderName.Create("Lists/Dev"), false, default);
        var row = opened.Feed.Current.RowAt(0);
        Assert.Equal(SystemFlags.Seen, row.Flags);
        Assert.Equal(["work"], opened.Feed.Current.Keywords[row.KeywordSet].AsEnumerable());
    }

    [Theory]
    [InlineData("""require "fileinto"; fileinto "Gone";""", false, "INBOX")]
    [InlineData("""require "fileinto"; fileinto "Gone";""", true, "Gone")]
    [InlineData("""require "fileinto"; fileinto "a//b";""", false, "INBOX")]
    [InlineData("""require "fileinto"; fileinto "Archive"; keep;""", false, "INBOX")]
    [InlineData("""discard;""", false, "")]
    public async Task A_folder_that_is_not_there_or_none_never_costs_the_message(string script, bool create, string folders)
    {
        await PutAsync(script);
        await DeliverAsync(options: new FilterOptions { CreateFolders = create });
        Assert.Equal(folders, string.Join(' ', await FoldersWithMailAsync()));
    }

    [Fact]
    public async Task A_script_that_fails_keeps_the_message()
    {
        await PutAsync("""require ["fileinto", "include"]; fileinto "Archive"; include :personal "nowhere";""");
        Assert.Equal(DeliveryStatus.Delivered, (await DeliverAsync()).Status);
        Assert.Equal(["INBOX"], await FoldersWithMailAsync());
    }

    [Fact]
    public async Task A_script_that_does_not_compile_keeps_the_message()
    {
        await PutAsync("this is no script");
        Assert.Equal(DeliveryStatus.Delivered, (await DeliverAsync()).Status);
        Assert.Equal(["INBOX"], await FoldersWithMailAsync());
    }

    [Theory]
    [InlineData("require \"reject\"; reject \"Not\r\nhere\";", "Not here")]
    [InlineData("""require "ereject"; ereject "Bitte nicht – danke";""", "The recipient does not accept the message")]
    public async Task A_refusal_is_the_recipients_answer_and_leaves_nothing(string script, string text)
    {
        await PutAsync(script);
        var outcome = await DeliverAsync();

        Assert.Equal((DeliveryStatus.Rejected, text), (outcome.Status, outcome.Text));
        Assert.Empty(await FoldersWithMailAsync());
        Assert.Equal(0, _mailboxes.Bodies.Count);
    }

    [Fact]
    public async Task Stages_run_in_order_while_the_message_is_kept_and_changed_files_are_seen()
    {
        var (before, after) = (Path.Combine(_directory, "before.sieve"), Path.Combine(_directory, "after.sieve"));
        await File.WriteAllTextAsync(before, """require ["editheader"]; addheader "X-Stage" "before";""");
        await File.WriteAllTextAsync(after, """require ["fileinto", "mailbox"]; if header "X-Stage" "before" { fileinto :create "After"; }""");
        var options = new FilterOptions { Before = [before], After = [after] };
        var service = Service(options);
        await DeliverAsync(service);
        Assert.Equal(["After"], await FoldersWithMailAsync());

        await PutAsync("""require "fileinto"; fileinto "Archive"; stop;""");
        await SendAsync(new CreateFolder(FolderName.Create("Archive")));
        await DeliverAsync(service);
        Assert.Equal(["After", "Archive"], await FoldersWithMailAsync());

        await File.WriteAllTextAsync(before, """discard;  # something longer, of another time""");
        _time.Advance(TimeSpan.FromSeconds(2));
        await DeliverAsync(service);
        Assert.Equal(["After", "Archive"], await FoldersWithMailAsync());
        Assert.Equal(1, (await SendAsync(new DescribeFolder(FolderName.Create("Archive")))).Messages);
    }

    [Fact]
    public async Task The_default_script_is_for_those_without_one_and_global_scripts_are_found()
    {
        var file = Path.Combine(_directory, "default.sieve");
        await File.WriteAllTextAsync(file, """require "include"; include :global "common";""");
        await File.WriteAllTextAsync(Path.Combine(_directory, "common.sieve"), """require ["fileinto", "mailbox"]; fileinto :create "Common";""");
        var service = Service(new FilterOptions { Default = file, GlobalDirectory = _directory });
        await DeliverAsync(service);
        Assert.Equal(["Common"], await FoldersWithMailAsync());

        await PutAsync("keep;");
        await DeliverAsync(service);
        Assert.Equal(["INBOX", "Common"], await FoldersWithMailAsync());
    }

    [Fact]
    public async Task Edits_are_in_what_is_stored()
    {
        await PutAsync("""require ["editheader"]; addheader "X-Seen-By" "a filter";""");
        await DeliverAsync();
        Assert.StartsWith("X-Seen-By: a filter\r\nFrom: Carol", Encoding.UTF8.GetString(Assert.Single(await _mailboxes.BodiesAsync(Alice.Value))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_waits_in_the_outbox_with_the_body_of_the_kept_copy()
    {
        await PutAsync("""require ["copy"]; redirect :copy "bob@example.org";""");
        await DeliverAsync();

        var mail = Assert.Single(await OutboxAsync());
        Assert.Equal((OutgoingKind.Redirect, "carol@example.net", "bob@example.org"), (mail.Kind, mail.Sender, mail.Recipient));
        Assert.Equal("X-Sieve: MailCluster\r\nX-Sieve-Redirected-From: alice@example.com\r\n", mail.Header);
        Assert.Equal(1, _mailboxes.Bodies.Count);
        Assert.Equal(["alice@example.com"], (await _mailboxes.OutboxIndex.ListAsync(default).ToListAsync()).Select(actor => actor.Value));
    }

    [Theory]
    [InlineData(RedirectSender.Original, "carol@example.net", "carol@example.net")]
    [InlineData(RedirectSender.Recipient, "carol@example.net", "alice@example.com")]
    [InlineData(RedirectSender.None, "carol@example.net", "")]
    [InlineData(RedirectSender.Recipient, "", "")]
    public async Task Who_a_redirect_is_from_is_configured_and_a_bounce_stays_one(RedirectSender from, string sender, string expected)
    {
        await PutAsync("""redirect "bob@example.org";""");
        await DeliverAsync(options: new FilterOptions { RedirectFrom = from, CanSend = true }, sender: sender);
        Assert.Equal(expected, Assert.Single(await OutboxAsync()).Sender);
        Assert.Empty(await FoldersWithMailAsync());
    }

    [Fact]
    public async Task A_message_that_comes_again_is_redirected_once()
    {
        await PutAsync("""redirect "bob@example.org";""");
        await DeliverAsync();
        await DeliverAsync();
        Assert.Single(await OutboxAsync());

        _time.Advance(TimeSpan.FromHours(13));
        await DeliverAsync();
        Assert.Equal(2, (await OutboxAsync()).Count);
    }

    [Theory]
    [InlineData("X-Sieve-Redirected-From: alice@example.com", "bob@example.org", true)]
    [InlineData("X-Other: x", "alice@example.com", true)]
    [InlineData("X-Other: x", "bob@example.org", false)]
    public async Task Loops_and_relays_that_are_not_there_keep_the_message(string field, string target, bool canSend)
    {
        await PutAsync($"""redirect "{target}";""");
        await DeliverAsync(message: field + "\n" + Plain, options: new FilterOptions { CanSend = canSend });
        Assert.Empty(await OutboxAsync());
        Assert.Equal(["INBOX"], await FoldersWithMailAsync());
    }

    [Fact]
    public async Task Vacation_answers_a_sender_once_in_its_days()
    {
        await PutAsync("""require "vacation"; vacation :days 3 :subject "Weg" "Am Meer.";""");
        await DeliverAsync();
        await DeliverAsync(message: Plain.Replace("<1@", "<2@", StringComparison.Ordinal));
        var reply = Assert.Single(await OutboxAsync());
        Assert.Equal((OutgoingKind.Reply, "", "carol@example.net"), (reply.Kind, reply.Sender, reply.Recipient));
        var text = await TextAsync(reply.Body);
        Assert.Contains("From: alice@example.com\r\nTo: <carol@example.net>\r\nSubject: Weg\r\n", text, StringComparison.Ordinal);
        Assert.Contains("Auto-Submitted: auto-replied (vacation)\r\n", text, StringComparison.Ordinal);
        Assert.Contains("In-Reply-To: <1@example.net>\r\nReferences: <1@example.net>\r\n", text, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nAm Meer.\r\n", text, StringComparison.Ordinal);
        Assert.Equal(["INBOX"], await FoldersWithMailAsync());

        _time.Advance(TimeSpan.FromDays(3) + TimeSpan.FromMinutes(1));
        await DeliverAsync(message: Plain.Replace("<1@", "<3@", StringComparison.Ordinal));
        Assert.Equal(2, (await OutboxAsync()).Count);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("alice@example.com", "")]
    [InlineData("owner-list@example.net", "")]
    [InlineData("MAILER-DAEMON@example.net", "")]
    [InlineData("list-request@example.net", "")]
    [InlineData("carol@example.net", "Auto-Submitted: auto-generated")]
    [InlineData("carol@example.net", "List-Id: <x.example.net>")]
    [InlineData("carol@example.net", "Precedence: bulk")]
    [InlineData("carol@example.net", "X-Auto-Response-Suppress: OOF, AutoReply")]
    [InlineData("carol@example.net", "To: somebody@example.com")]
    public async Task No_reply_goes_to_machines_lists_oneself_or_for_what_was_not_addressed_to_one(string sender, string field)
    {
        await PutAsync("""require "vacation"; vacation "Away.";""");
        var message = field.StartsWith("To:", StringComparison.Ordinal) ? Plain.Replace("To: alice@example.com", field, StringComparison.Ordinal) : field + (field.Length > 0 ? "\n" : "") + Plain;
        await DeliverAsync(message: message, sender: sender);
        Assert.Empty(await OutboxAsync());
        Assert.Equal(["INBOX"], await FoldersWithMailAsync());
    }

    [Fact]
    public async Task A_reply_in_parts_with_a_copy_for_oneself()
    {
        await PutAsync("""
            require ["vacation", "fcc", "mailbox"];
            vacation :mime :addresses ["info@example.com"] :fcc "Sent" :create "Content-Type: text/html

            <p>Away</p>";
            """);
        await DeliverAsync(message: Plain.Replace("To: alice", "To: info", StringComparison.Ordinal));
        var reply = Assert.Single(await OutboxAsync());
        Assert.Contains("MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<p>Away</p>\r\n", await TextAsync(reply.Body), StringComparison.Ordinal);
        Assert.Equal(["INBOX", "Sent"], await FoldersWithMailAsync());
        Assert.Equal(2, _mailboxes.Bodies.Count);
    }

    [Fact]
    public async Task Deliveries_at_the_same_time_answer_a_sender_once()
    {
        await PutAsync("""require "vacation"; vacation "Away.";""");
        var service = Service(null);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(async () =>
            await DeliverAsync(service, message: Plain.Replace("<1@", $"<{i}@", StringComparison.Ordinal)))));
        Assert.Single(await OutboxAsync());
        Assert.Equal(20, (await SendAsync(new DescribeFolder(FolderName.Inbox))).Messages);
    }

    [Fact]
    public async Task Notifications_go_by_mail_and_not_for_what_is_automatic()
    {
        await PutAsync("""require "enotify"; notify :importance "1" :message "Mail!" "mailto:phone@example.org?cc=desk@example.org&body=Look";""");
        await DeliverAsync();
        await DeliverAsync(message: "Auto-Submitted: auto-notified\n" + Plain);
        var outbox = await OutboxAsync();
        Assert.Equal(["phone@example.org", "desk@example.org"], outbox.Select(mail => mail.Recipient).OrderDescending());
        Assert.All(outbox, mail => Assert.Equal((OutgoingKind.Notification, "alice@example.com"), (mail.Kind, mail.Sender)));
        Assert.Equal(outbox[0].Body, outbox[1].Body);
        var text = await TextAsync(outbox[0].Body);
        Assert.Contains("Subject: Mail!\r\n", text, StringComparison.Ordinal);
        Assert.Contains("Auto-Submitted: auto-notified; owner-email=\"alice@example.com\"\r\nImportance: high\r\n", text, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nLook\r\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Duplicate_is_remembered_by_the_account()
    {
        await PutAsync("""require ["duplicate", "fileinto", "mailbox"]; if duplicate { fileinto :create "Again"; }""");
        await DeliverAsync();
        await DeliverAsync(Service(null));
        Assert.Equal(["INBOX", "Again"], await FoldersWithMailAsync());
    }

    [Fact]
    public async Task What_was_delivered_before_is_taken_and_not_delivered_by_option()
    {
        var service = Service(new FilterOptions { SuppressDuplicates = TimeSpan.FromHours(1) });
        Assert.Equal(DeliveryStatus.Delivered, (await DeliverAsync(service)).Status);
        Assert.Equal(DeliveryStatus.Delivered, (await DeliverAsync(service)).Status);
        Assert.Equal(1, (await SendAsync(new DescribeFolder(FolderName.Inbox))).Messages);

        await DeliverAsync(service, message: Plain.Replace("Message-ID", "X-No-Id", StringComparison.Ordinal));
        await DeliverAsync(service, message: Plain.Replace("Message-ID", "X-No-Id", StringComparison.Ordinal));
        _time.Advance(TimeSpan.FromHours(2));
        await DeliverAsync(service);
        Assert.Equal(4, (await SendAsync(new DescribeFolder(FolderName.Inbox))).Messages);
    }

    [Fact]
    public async Task An_answer_that_was_lost_does_not_send_twice()
    {
        // The account's own clock goes on by itself: only the delivery's patience is the test's.
        await _mailboxes.DisposeAsync();
        _mailboxes = await InMemoryMailboxes.StartAsync();
        await PutAsync("""require "copy"; redirect :copy "bob@example.org";""");
        _mailboxes.Journal.Faults.FailNextAppendAfterStoring();
        var delivery = DeliverAsync();
        await Poll.UntilAsync(() =>
        {
            if (_time.ArmedTimers > 0)
                _time.Advance(TimeSpan.FromMilliseconds(100));
            return delivery.IsCompleted;
        });
        Assert.Equal(DeliveryStatus.Delivered, (await delivery).Status);
        Assert.Single(await OutboxAsync());
        Assert.Equal(1, (await SendAsync(new DescribeFolder(FolderName.Inbox))).Messages);
    }

    [Theory]
    [InlineData("""metadata "INBOX" "/private/vendor/x/auto" "ON" """, true)]
    [InlineData("""metadata :comparator "i;octet" "INBOX" "/private/vendor/x/auto" "ON" """, false)]
    [InlineData("""metadata :matches "INBOX" "/PRIVATE/vendor/x/auto" "*" """, true)]
    [InlineData("""metadata :matches "INBOX" "/shared/comment" "*" """, false)]
    [InlineData("""metadata :matches "Nowhere" "/private/vendor/x/auto" "*" """, false)]
    [InlineData("""metadata :matches "a//b" "no name" "*" """, false)]
    [InlineData("""metadataexists "INBOX" ["/private/vendor/x/auto", "/private/comment"] """, true)]
    [InlineData("""metadataexists "INBOX" ["/private/vendor/x/auto", "/shared/comment"] """, false)]
    [InlineData("""servermetadata :contains "/shared/comment" "grüße" """, true)]
    [InlineData("""servermetadata "/private/vendor/x/auto" "on" """, false)]
    [InlineData("""servermetadataexists "/shared/comment" """, true)]
    [InlineData("""servermetadataexists "/shared/admin" """, false)]
    public async Task Scripts_see_the_annotations_of_folders_and_of_the_server(string test, bool holds)
    {
        await SendAsync(new SetAnnotations(FolderName.Inbox, [Change("/private/vendor/x/auto", "on"), Change("/private/comment", "")]));
        await SendAsync(new SetAnnotations(null, [Change("/shared/comment", "viele grüße\r\n")]));
        await PutAsync($$"""require ["mboxmetadata", "servermetadata", "fileinto", "mailbox"]; if {{test}} { fileinto :create "Yes"; }""");
        await DeliverAsync();

        Assert.Equal([holds ? "Yes" : "INBOX"], await FoldersWithMailAsync());

        static AnnotationChange Change(string entry, string value) => new(AnnotationName.Create(entry), [.. Encoding.UTF8.GetBytes(value)]);
    }

    [Fact]
    public void Mailto_URIs_name_whom_and_what()
    {
        Assert.True(MailtoUri.TryParse("MAILTO:a%2Bb@example.org,c@example.org?subject=a%20b&Body=x%0D%0Ay&to=d@example.org", out var uri));
        Assert.Equal(["a+b@example.org", "c@example.org", "d@example.org"], uri.Recipients.AsEnumerable());
        Assert.Equal(("a b", "x\r\ny"), (uri.Subject, uri.Body));
        foreach (var wrong in new[] { "http://x", "mailto:", "mailto:nobody", "mailto:a@b%0D%0ARCPT@x", "mailto:?subject=x", "mailto:a@b?subject" })
            Assert.False(MailtoUri.TryParse(wrong, out _), wrong);
    }

    private DeliveryService Service(FilterOptions? options)
    {
        options ??= new FilterOptions { CanSend = true, HostName = "mail.example.com" };
        var extensions = SieveExtensions.PersonalDefault;
        var compiler = new SieveCompiler(new SieveCompilerOptions { PersonalExtensions = extensions, GlobalExtensions = extensions });
        var filter = new DeliveryFilter(
            _mailboxes.Client, compiler, SieveRunLimits.Default, SieveRunOptions.Default, options, _time, NullLogger<DeliveryFilter>.Instance);
        return new DeliveryService(
            new Users(), new MessageIntake(_mailboxes.Bodies, MimeLimits.Default), _mailboxes.Client, [], new DeliveryOptions(), _metrics, _time,
            NullLogger<DeliveryService>.Instance, filter, _mailboxes.OutboxRegister);
    }

    private Task<DeliveryOutcome> DeliverAsync(FilterOptions? options = null, string message = Plain, string sender = "carol@example.net") =>
        DeliverAsync(Service(options), message, sender);

    private async Task<DeliveryOutcome> DeliverAsync(DeliveryService service, string message = Plain, string sender = "carol@example.net")
    {
        var recipient = (await service.ResolveAsync(RecipientAddress.Parse("alice@example.com"), default)).Recipient!;
        var bytes = Encoding.UTF8.GetBytes(message.ReplaceLineEndings("\r\n"));
        return (await service.DeliverAsync(new DeliveryRequest(sender, [recipient], bytes, _time.GetUtcNow(), "s", "lmtp", "192.0.2.1"), default))[0];
    }

    private async Task PutAsync(string script) =>
        await SendAsync(new PutScript(ScriptName.Create("main"), [.. Encoding.UTF8.GetBytes(script)], Activate: true));

    private ValueTask<T> SendAsync<T>(MailboxCommand<T> command) =>
        _mailboxes.Client.SendAsync(Alice, command, new CommandContext(CommandId.New(_time), "", "test", ""), default);

    private async Task<IReadOnlyList<OutgoingMail>> OutboxAsync() => [.. (await SendAsync(new ListOutbox())).Entries.Select(entry => entry.Mail)];

    private async Task<string[]> FoldersWithMailAsync() =>
        [.. (await SendAsync(new ListFolders())).Folders.Where(folder => folder.Messages > 0).Select(folder => folder.Name.Value)];

    private async Task<string> TextAsync(BodyRef body)
    {
        var bytes = new byte[await _mailboxes.Bodies.GetLengthAsync(body, default)];
        await _mailboxes.Bodies.ReadAsync(body, 0, bytes, default);
        return Encoding.UTF8.GetString(bytes);
    }

    private sealed class Users : IRecipientDirectory
    {
        public ValueTask<AccountId?> FindAsync(string name, CancellationToken cancellationToken) => new(AccountId.Create(name));
    }
}
