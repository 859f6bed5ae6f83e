using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MailCluster.Auth.Tests.Servers;

/// <summary>An OpenLDAP of the tests' own: on a Unix socket, and with TLS on a port of loopback.</summary>
internal sealed class SlapdServer : IAsyncDisposable
{
    public const string Base = "dc=example,dc=com";
    public const string SearcherDn = "cn=searcher,dc=example,dc=com";
    public const string SearcherPassword = "the searcher's";

    private readonly OwnServer _process;
    private readonly string _directory;

    private SlapdServer(string directory, OwnServer process, int port, CertificateFiles files)
    {
        _directory = directory;
        _process = process;
        Port = port;
        Files = files;
    }

    public int Port { get; }

    public CertificateFiles Files { get; }

    public string SocketUri => $"ldapi://{Uri.EscapeDataString(Socket)}";

    /// <summary>By address: libldap takes "localhost" for this machine's own name when it compares certificates.</summary>
    public string Uri389 => string.Create(CultureInfo.InvariantCulture, $"ldap://127.0.0.1:{Port}");

    private string Socket => Path.Combine(_directory, "ldapi");

    public static async Task<SlapdServer> StartAsync(string ldif)
    {
        var directory = Directory.CreateTempSubdirectory("mailcluster-slapd-").FullName;
        var files = new CertificateFiles(directory);
        Directory.CreateDirectory(Path.Combine(directory, "db"));
        var config = Path.Combine(directory, "slapd.conf");
        await File.WriteAllTextAsync(config, $"""
            include /etc/ldap/schema/core.schema
            include /etc/ldap/schema/cosine.schema
            include /etc/ldap/schema/inetorgperson.schema
            modulepath /usr/lib/ldap
            moduleload back_mdb
            pidfile {directory}/pid
            TLSCACertificateFile {files.Authority}
            TLSCertificateFile {files.Certificate}
            TLSCertificateKeyFile {files.Key}
            sizelimit size.soft=500 size.hard=500 size.prtotal=unlimited
            database mdb
            suffix "{Base}"
            rootdn "cn=root,{Base}"
            directory {directory}/db
            access to attrs=userPassword by dn.exact="{SearcherDn}" read by anonymous auth by * none
            access to * by dn.exact="{SearcherDn}" read by * none

            """);
        await OwnServer.RunAsync("/usr/sbin/slapadd", ["-f", config, "-q"], $"""
            dn: {Base}
            objectClass: dcObject
            objectClass: organization
            o: Example
            dc: example

            dn: {SearcherDn}
            objectClass: organizationalRole
            objectClass: simpleSecurityObject
            cn: searcher
            userPassword: {SearcherPassword}

            dn: ou=people,{Base}
            objectClass: organizationalUnit
            ou: people

            {ldif}
            """);
        var port = OwnServer.FreePort();
        var socket = Path.Combine(directory, "ldapi");
        var process = new OwnServer(
            directory, "/usr/sbin/slapd", "-d", "0", "-f", config, "-h",
            string.Create(CultureInfo.InvariantCulture, $"ldapi://{Uri.EscapeDataString(socket)} ldap://127.0.0.1:{port}"));
        var server = new SlapdServer(directory, process, port, files);
        await server.StartAgainAsync();
        return server;
    }

    public Task StopAsync() => _process.KillAsync();

    public Task StartAgainAsync()
    {
        File.Delete(Socket);
        return _process.StartAsync(() => File.Exists(Socket) && OwnServer.Accepts(new UnixDomainSocketEndPoint(Socket))
            && OwnServer.Accepts(new IPEndPoint(IPAddress.Loopback, Port)));
    }

    public async ValueTask DisposeAsync()
    {
        await _process.KillAsync();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>A person's entry.</summary>
    public static string Person(string mail, string stored, params string[] lines)
    {
        var entry = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"dn: mail={mail},ou=people,{Base}\nobjectClass: inetOrgPerson\nsn: x\ncn: x\nmail: {mail}\n")
            .Append(CultureInfo.InvariantCulture, $"userPassword:: {Convert.ToBase64String(Encoding.UTF8.GetBytes(stored))}\n");
        foreach (var line in lines) entry.Append(line).Append('\n');
        return entry.Append('\n').ToString();
    }
}
