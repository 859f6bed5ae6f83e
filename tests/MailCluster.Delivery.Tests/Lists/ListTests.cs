using MailCluster.Delivery.Lists;
using MailCluster.Delivery.Tests.Filters;
using MailCluster.Mailboxes;
using MailCluster.Sieve;
using MailCluster.Testing;

namespace MailCluster.Delivery.Tests.Lists;

/// <summary>Lists of the operator's, as scripts and redirects see them (RFC 6134).</summary>
public sealed class ListTests : IAsyncLifetime
{
    private static readonly AccountId s_alice = AccountId.Create("alice@example.com");

    private readonly string _directory = Directory.CreateTempSubdirectory("lists-").FullName;
    private FilterBench _bench = null!;

    public async Task InitializeAsync() => _bench = await FilterBench.StartAsync();

    public async Task DisposeAsync()
    {
        await _bench.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_file_has_an_entry_a_line_and_is_looked_at_again_when_it_changes()
    {
        var list = Shared("# customers\n\n carol@example.net \nDave@Example.net\n");
        var lists = _bench.Lists(new ListOptions { Lists = [list] });
        Assert.True(await lists.ContainsAsync(s_alice, "tag:example.com,2026:customers", "CAROL@example.net", default));
        Assert.True(await lists.ContainsAsync(s_alice, "TAG:example.com,2026:customers", "dave@example.net", default));
        Assert.False(await lists.ContainsAsync(s_alice, list.Name, "# customers", default));
        Assert.False(await lists.ContainsAsync(s_alice, list.Name, "", default));
        Assert.Null(await lists.ContainsAsync(s_alice, "tag:example.com,2026:others", "carol@example.net", default));

        await File.WriteAllTextAsync(list.File!, "erin@example.net\n");
        Assert.True(await lists.ContainsAsync(s_alice, list.Name, "carol@example.net", default));
        _bench.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(await lists.ContainsAsync(s_alice, list.Name, "carol@example.net", default));
        Assert.Equal(["erin@example.net"], (await lists.MembersAsync(s_alice, list.Name, default))!.Value.AsEnumerable());
    }

    [Fact]
    public async Task A_shared_file_that_is_gone_is_no_answer_and_comes_back()
    {
        var list = Shared("carol@example.net\n");
        var lists = _bench.Lists(new ListOptions { Lists = [list] });
        File.Delete(list.File!);
        await Assert.ThrowsAsync<SieveHostUnavailableException>(async () => await lists.ContainsAsync(s_alice, list.Name, "x", default));
        await File.WriteAllTextAsync(list.File!, "x\n");
        Assert.True(await lists.ContainsAsync(s_alice, list.Name, "x", default));
    }

    [Fact]
    public async Task Each_account_has_its_own_file_and_an_empty_list_without_one()
    {
        Directory.CreateDirectory(Path.Combine(_directory, "example.com"));
        await File.WriteAllTextAsync(Path.Combine(_directory, "example.com", "alice"), "carol@example.net\n");
        var book = new ListSource(ScriptLists.FullName(":addrbook:default"), Path.Combine(_directory, "%d", "%n"), null);
        var lists = _bench.Lists(new ListOptions { Lists = [book] });
        Assert.True(await lists.ContainsAsync(s_alice, ":addrbook:default", "carol@example.net", default));
        Assert.True(await lists.ContainsAsync(s_alice, "urn:ietf:params:sieve:addrbook:default", "carol@example.net", default));
        foreach (var other in new[] { "bob@example.com", "..@..", "alice@..", "alice", "%n@example.com" })
            Assert.False(await lists.ContainsAsync(AccountId.Create(other), ":addrbook:default", "carol@example.net", default));
    }

    [Fact]
    public async Task A_field_of_the_user_databases_may_be_a_list()
    {
        _bench.Fields["friends"] = "carol@example.net, Dave@example.net;erin@example.net";
        var lists = _bench.Lists(new ListOptions { Lists = [new ListSource("tag:x:friends", null, "friends"), new ListSource("tag:x:none", null, "nothing")] });
        Assert.True(await lists.ContainsAsync(s_alice, "tag:x:friends", "dave@example.net", default));
        Assert.False(await lists.ContainsAsync(s_alice, "tag:x:friends", "bob@example.net", default));
        Assert.False(await lists.ContainsAsync(s_alice, "tag:x:none", "", default));
    }

    [Theory]
    [InlineData("""if address :list "from" "tag:example.com,2026:customers" { fileinto :create "Customers"; }""", "Customers:1")]
    [InlineData("""if envelope :list "from" ["tag:example.com,2026:customers"] { fileinto :create "${0}"; }""", "carol@example.net:1")]
    [InlineData("""if not header :list "Subject" "tag:example.com,2026:customers" { fileinto :create "No"; }""", "No:1")]
    [InlineData("""if valid_ext_list "tag:example.com,2026:customers" { fileinto :create "Valid"; }""", "Valid:1")]
    [InlineData("""if not valid_ext_list ["tag:example.com,2026:customers", "tag:x:y"] { fileinto :create "Invalid"; }""", "Invalid:1")]
    [InlineData("""if address :list "from" "tag:x:y" { discard; } fileinto :create "After";""", "INBOX:2")] // The message, and one that says why.
    public async Task Scripts_ask_lists(string script, string folders)
    {
        var service = _bench.Service(lists: new ListOptions { Lists = [Shared("carol@example.net\n")] });
        await PutAsync(script);
        Assert.Equal(DeliveryStatus.Delivered, (await _bench.DeliverAsync(service)).Status);
        Assert.Equal(folders, await _bench.FoldersWithMailAsync());
    }

    [Fact]
    public async Task A_list_that_cannot_be_read_puts_the_message_off()
    {
        var list = Shared("x\n");
        File.Delete(list.File!);
        var service = _bench.Service(lists: new ListOptions { Lists = [list] });
        await PutAsync($$"""if address :list "from" "{{list.Name}}" { discard; }""");
        var delivery = _bench.DeliverAsync(service);
        await Poll.UntilAsync(() =>
        {
            _bench.Time.Advance(TimeSpan.FromMilliseconds(200));
            return delivery.IsCompleted;
        });
        Assert.Equal(DeliveryStatus.TemporaryFailure, (await delivery).Status);
        Assert.Equal("", await _bench.FoldersWithMailAsync());
    }

    [Theory]
    [InlineData("bob@example.org\nBOB@example.org\ndave@example.org\nno address\n", "bob@example.org dave@example.org", "")]
    [InlineData("bob@example.org\nalice@example.com\n", "bob@example.org", "INBOX:1")]
    [InlineData("a@x\nb@x\nc@x\n", "", "INBOX:1")]
    [InlineData("# nobody\n", "", "INBOX:1")]
    public async Task A_redirect_to_a_list_goes_to_its_addresses_all_or_none(string file, string recipients, string folders)
    {
        var list = Shared(file);
        var service = _bench.Service(lists: new ListOptions { Lists = [list], RedirectMax = 2 });
        await PutAsync($"""redirect :list "{list.Name}";""");
        await _bench.DeliverAsync(service);
        await _bench.DeliverAsync(service, FilterBench.Plain.Replace("Subject", "X-Subject", StringComparison.Ordinal));
        Assert.Equal(recipients, string.Join(' ', (await _bench.OutboxAsync()).Select(mail => mail.Recipient).Order()));
        Assert.Equal(folders.Replace(":1", ":2", StringComparison.Ordinal), await _bench.FoldersWithMailAsync());
    }

    [Fact]
    public async Task A_redirect_to_a_list_that_is_not_there_keeps_the_message()
    {
        await PutAsync("""redirect :list "tag:x:y";""");
        await _bench.DeliverAsync(_bench.Service());
        Assert.Empty(await _bench.OutboxAsync());
        Assert.Equal("INBOX:1", await _bench.FoldersWithMailAsync());
    }

    private ListSource Shared(string content)
    {
        var path = Path.Combine(_directory, "customers");
        File.WriteAllText(path, content);
        return new ListSource("tag:example.com,2026:customers", path, null);
    }

    private Task PutAsync(string script) =>
        _bench.PutAsync($"""require ["extlists", "envelope", "fileinto", "mailbox", "variables"]; {script}""");
}
