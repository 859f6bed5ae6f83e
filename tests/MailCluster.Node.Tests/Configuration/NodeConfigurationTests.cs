using System.Net;
using System.Security.Authentication;
using MailCluster.Hocon;
using MailCluster.Mailboxes;
using MailCluster.Node.Configuration;
using Serilog.Events;

namespace MailCluster.Node.Tests.Configuration;

public sealed class NodeConfigurationTests
{
    private static NodeConfiguration Load(string? file = null, params string[] settings) => ReferenceTests.Load(file, settings);

    [Fact]
    public void DefaultsAreWhatTheDocumentationSays()
    {
        var options = Load().Options;
        Assert.Equal(Path.GetFullPath("data"), options.DataDirectory);
        Assert.Equal(Path.GetFullPath("data/admin.sock"), options.Listeners.Admin.Socket);
        Assert.Equal(Path.GetFullPath("data/users"), options.Auth.PasswdFile);
        Assert.Equal((1143, ListenerTls.StartTls, null), (options.Listeners.Imap.Port, options.Listeners.Imap.Tls, options.Listeners.Imap.Address));
        Assert.Equal((1993, ListenerTls.Implicit), (options.Listeners.Imaps.Port, options.Listeners.Imaps.Tls));
        Assert.Equal((1024, IPAddress.Loopback), (options.Listeners.Lmtp.Port, options.Listeners.Lmtp.Address));
        Assert.Equal(["Sent", "Drafts", "Trash", "Archive", "Junk"], options.Folders.Select(folder => folder.Name));
        Assert.Equal((SslProtocols.Tls12 | SslProtocols.Tls13, null), (options.Tls.Protocols, options.Tls.Default));
        Assert.Equal((false, "+"), (options.FlagsToDisk, options.Lmtp.RecipientDelimiters));
        Assert.Contains(("Microsoft", LogEventLevel.Warning), options.Log.Levels);
        Assert.Null(options.Log.File);
    }

    [Fact]
    public void TheFileWinsOverDefaultsAndSettingsOverTheFile()
    {
        var options = Load(
            "mailcluster { data-dir = /srv/mail, listeners.imap.port = 143, limits.folders = 20 }",
            "listeners.imap.port=10143", "mailcluster.listeners.imap.address=::", "listeners.lmtp.address=*", "folders.Archive=null",
            "folders.\"Sent Items\"={ use = sent, subscribed = no }", "durability.flags=disk").Options;
        Assert.Equal("/srv/mail/users", options.Auth.PasswdFile);
        Assert.Equal((10143, IPAddress.IPv6Any, 20), (options.Listeners.Imap.Port, options.Listeners.Imap.Address, options.Limits.Folders));
        Assert.Null(options.Listeners.Lmtp.Address);
        Assert.Equal(["Sent", "Drafts", "Trash", "Junk", "Sent Items"], options.Folders.Select(folder => folder.Name));
        Assert.Equal((SpecialUse.Sent, false, true), (options.Folders[^1].Use, options.Folders[^1].IsSubscribed, options.FlagsToDisk));
    }

    [Theory]
    [InlineData("mailclster { }", "my.hocon:1: mailclster: unknown key; did you mean mailcluster?")]
    [InlineData("mailcluster {\n listeners.imap.prot = 1 }", "my.hocon:2: mailcluster.listeners.imap.prot: unknown key; did you mean port?")]
    [InlineData("mailcluster.listeners.gopher.port = 1", "my.hocon:1: mailcluster.listeners.gopher: unknown key; known here: admin, busy-wait, http, imap, imaps, lmtp, managesieve, pop3, pop3s")]
    [InlineData("mailcluster.storage.journal = mysql", "my.hocon:1: mailcluster.storage.journal: expected one of sqlite, postgres, found the string \"mysql\"")]
    [InlineData("mailcluster.listeners.imap.address = localhost", "my.hocon:1: mailcluster.listeners.imap.address: expected an IP address, or \"*\" for every address, found the string \"localhost\"")]
    [InlineData("mailcluster.listeners.http.tls = starttls", "my.hocon:1: mailcluster.listeners.http.tls: expected one of off, implicit, found the string \"starttls\"")]
    [InlineData("mailcluster.listeners.imap.proxy-protocol = optional", "my.hocon:1: mailcluster.listeners.imap.proxy-protocol: expected one of off, required, found the string \"optional\"")]
    [InlineData("mailcluster.listeners.transport = epoll", "my.hocon:1: mailcluster.listeners.transport: expected one of poller, framework, found the string \"epoll\"")]
    [InlineData("mailcluster.listeners.lmtp.proxy-protocol = required", "defaults:")]
    [InlineData("mailcluster.listeners { proxy-networks = [], imaps.proxy-protocol = required }", "my.hocon:1: mailcluster.listeners.proxy-networks: expected the networks of the balancers, since listeners.imaps.proxy-protocol is required")]
    [InlineData("mailcluster.listeners.proxy-networks = [balancer]", "my.hocon:1: mailcluster.listeners.proxy-networks: expected a network such as 192.0.2.0/24, found the string \"balancer\"")]
    [InlineData("mailcluster.listeners.http.proxy-protocol = off", "my.hocon:1: mailcluster.listeners.http.proxy-protocol: unknown key")]
    [InlineData("mailcluster.lmtp.recipient-delimiter = \"@\"", "my.hocon:1: mailcluster.lmtp.recipient-delimiter: expected up to eight characters such as + - =, or \"\" for none, found the string \"@\"")]
    [InlineData("mailcluster.pop3.uidl-format = \"%v\"", "my.hocon:1: mailcluster.pop3.uidl-format: expected a template of UIDLs: it needs %u or %g, or two messages would have one UIDL, found the string \"%v\"")]
    [InlineData("mailcluster.pop3.lock = yes", "my.hocon:1: mailcluster.pop3.lock: expected one of shared, exclusive, found")]
    [InlineData("mailcluster.pop3.expire = soon", "my.hocon:1: mailcluster.pop3.expire: expected off, never, or a number of days, found the string \"soon\"")]
    [InlineData("mailcluster.pop3.deleted-flag = \"a b\"", "my.hocon:1: mailcluster.pop3.deleted-flag: expected a keyword, found the string \"a b\"")]
    [InlineData("mailcluster.pop3.folder = \"a//b\"", "my.hocon:1: mailcluster.pop3.folder: expected a folder name")]
    [InlineData("mailcluster.tls.certificate = /c.pem", "my.hocon:1: mailcluster.tls.certificate: expected key to be set too")]
    [InlineData("mailcluster.auth.mechanisms += NTLM", "my.hocon:1: mailcluster.auth.mechanisms: expected one of SCRAM-SHA-256-PLUS, SCRAM-SHA-1-PLUS, SCRAM-SHA-256, SCRAM-SHA-1, GSSAPI, GSS-SPNEGO, EXTERNAL, OAUTHBEARER, XOAUTH2, CRAM-MD5, PLAIN, LOGIN, APOP, ANONYMOUS, found the string \"NTLM\"")]
    [InlineData("mailcluster.node.name = \"no host\"", "my.hocon:1: mailcluster.node.name: expected a host name")]
    [InlineData("mailcluster.log.levels.X = loud", "my.hocon:1: mailcluster.log.levels.X: expected one of information, trace, debug, warning, error, found the string \"loud\"")]
    [InlineData("mailcluster.folders.\"a//b\" { use = sent, subscribed = no }", "my.hocon:1: mailcluster.folders.\"a//b\".use: A folder name must not have empty levels")]
    [InlineData("mailcluster.timeouts.idle = 30 x", "my.hocon:1: mailcluster.timeouts.idle: expected a duration such as")]
    public void FaultsNamePlaceKeyAndExpectation(string file, string expected) =>
        Assert.StartsWith(expected, Assert.Single(Load(file).Errors).ToString(), StringComparison.Ordinal);

    [Theory]
    [InlineData("limits.folders")]
    [InlineData("=5")]
    [InlineData("a..b=5")]
    [InlineData("folders={")]
    [InlineData("folders=${nope}")]
    public void SettingsMustBePathAndValue(string setting) => Assert.StartsWith("--set", Assert.Throws<HoconException>(() => Load(null, setting)).Message, StringComparison.Ordinal);

    [Fact]
    public void SocketPathsMustFit()
    {
        var error = Assert.Single(Load(null, $"data-dir=/{new string('d', 120)}").Errors);
        Assert.Contains("at most 107 bytes", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void TheDefaultFileIsOptionalAndANamedOneIsNot()
    {
        var files = new InMemoryHoconFiles().Add("cluster.hocon", "mailcluster.limits.folders = 30");
        Assert.Equal(30, NodeConfiguration.Load(null, [], files, _ => null).Options.Limits.Folders);
        Assert.Equal("none.hocon: the file does not exist", Assert.Throws<HoconException>(() => NodeConfiguration.Load("none.hocon", [], files, _ => null)).Message);
    }

    [Fact]
    public void TheListingShowsDifferencesAndOriginsAndNoSecrets()
    {
        var folder = Directory.CreateTempSubdirectory("node-config");
        try
        {
            var pem = Path.Combine(folder.FullName, "x.pem");
            File.WriteAllText(pem, "");
            var configuration = Load(
                $"mailcluster {{\n limits.folders = 30\n limits.keywords = 1000\n tls {{ certificate = {pem}, key = {pem}, key-password = hush }}\n"
                + $" tls.sni = [{{ names = [a.example], certificate = {pem}, key = {pem}, key-password = hush2 }}] }}",
                "node.name=n1");
            Assert.Empty(configuration.Errors);
            using var brief = new StringWriter();
            ConfigurationListing.Write(configuration, isComplete: false, brief);
            Assert.Matches("mailcluster\\.limits\\.folders = 30 +# my.hocon:2\n", brief.ToString());
            Assert.Matches("mailcluster\\.node\\.name = \"n1\" +# --set node.name\n", brief.ToString());
            Assert.DoesNotContain("keywords", brief.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("hush", brief.ToString(), StringComparison.Ordinal);
            Assert.Equal(2, brief.ToString().Split("key-password = \"********\"").Length - 1);
            using var full = new StringWriter();
            ConfigurationListing.Write(configuration, isComplete: true, full);
            Assert.Matches("mailcluster\\.limits\\.keywords = 1000 +# my.hocon:3\n", full.ToString());
            Assert.Matches("mailcluster\\.log\\.console = \"text\" +# defaults:\\d+\n", full.ToString());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
