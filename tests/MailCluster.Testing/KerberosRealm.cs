using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace MailCluster.Testing;

/// <summary>
/// A Kerberos realm of the tests' own: Debian's <c>krb5-kdc</c> over files in a temporary directory, on a port of loopback. Ends with the test that made it.
/// </summary>
public sealed partial class KerberosRealm : IDisposable
{
    public const string Realm = "MAILCLUSTER.TEST";
    public const string Password = "correct-horse-battery";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mailcluster-krb5-");
    private Process? _kdc;

    private KerberosRealm()
    {
    }

    /// <summary>For <c>KRB5_CONFIG</c>: clients and servers of this realm need it.</summary>
    public string Configuration => Path.Combine(_directory.FullName, "krb5.conf");

    /// <summary>The keys of <c>imap/localhost</c>.</summary>
    public string Keytab => Path.Combine(_directory.FullName, "service.keytab");

    /// <summary>What a program inherits that is to see this realm and nothing else of the machine's Kerberos.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["KRB5_CONFIG"] = Configuration,
        ["KRB5_KDC_PROFILE"] = Path.Combine(_directory.FullName, "kdc.conf"),
        ["KRB5RCACHEDIR"] = _directory.FullName,
        ["KRB5CCNAME"] = "FILE:" + TicketsOf(""),
    };

    /// <summary>Makes the realm with <c>imap/localhost</c> and the users, and waits until it answers.</summary>
    public static async Task<KerberosRealm> StartAsync(params string[] users)
    {
        var realm = new KerberosRealm();
        try
        {
            await realm.MakeAsync(users);
            await realm.ServeAsync();
            return realm;
        }
        catch
        {
            realm.Dispose();
            throw;
        }
    }

    /// <summary>Gets a ticket for a user, as kinit does; the path of the file that it is in.</summary>
    public async Task<string> LogInAsync(string user)
    {
        var path = TicketsOf(user);
        await RunAsync("kinit", ["-c", path, $"{user}@{Realm}"], Password + "\n");
        return path;
    }

    /// <summary>Lets the Kerberos library in this very process see the realm, with the tickets in a file. It reads the C library's environment, not .NET's copy.</summary>
    public void UseHere(string tickets)
    {
        foreach (var (name, value) in Environment) SetEnvironment(name, value);
        SetEnvironment("KRB5CCNAME", "FILE:" + tickets);
    }

    public void Dispose()
    {
        if (_kdc is { HasExited: false })
        {
            _kdc.Kill();
            _kdc.WaitForExit();
        }
        _kdc?.Dispose();
        _directory.Delete(recursive: true);
    }

    private static void SetEnvironment(string name, string value)
    {
        if (setenv(name, value, 1) != 0) throw new InvalidOperationException($"setenv {name} failed");
    }

    private string TicketsOf(string user) => Path.Combine(_directory.FullName, $"tickets-{user}");

    private async Task MakeAsync(string[] users)
    {
        await WriteAsync(0);
        await RunAsync("/usr/sbin/kdb5_util", ["-P", "master", "-r", Realm, "create", "-s"]);
        foreach (var user in users) await RunAsync("/usr/sbin/kadmin.local", ["-r", Realm, "-q", $"addprinc -pw {Password} {user}@{Realm}"]);
        await RunAsync("/usr/sbin/kadmin.local", ["-r", Realm, "-q", $"addprinc -randkey imap/localhost@{Realm}"]);
        await RunAsync("/usr/sbin/kadmin.local", ["-r", Realm, "-q", $"ktadd -k {Keytab} imap/localhost@{Realm}"]);
    }

    // The KDC cannot take port 0 and say which one it got: a port that was free a moment ago is tried, and another when it is not any more.
    private async Task ServeAsync()
    {
        for (var attempt = 0; ; attempt++)
        {
            var port = FreePort();
            await WriteAsync(port);
            var said = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var kdc = Start("/usr/sbin/krb5kdc", ["-n", "-r", Realm]);
            kdc.EnableRaisingEvents = true;
            kdc.Exited += (_, _) => said.TrySetException(new InvalidOperationException("krb5kdc ended"));
            kdc.ErrorDataReceived += (_, line) => Hear(line.Data);
            kdc.OutputDataReceived += (_, line) => Hear(line.Data);
            kdc.BeginErrorReadLine();
            kdc.BeginOutputReadLine();
            _kdc = kdc;
            try
            {
                await said.Task.WaitAsync(TimeSpan.FromSeconds(30));
                return;
            }
            catch (InvalidOperationException) when (attempt < 5)
            {
                kdc.Dispose();
            }

            void Hear(string? line)
            {
                if (line is not null && CommencingLine().IsMatch(line)) said.TrySetResult();
            }
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private async Task WriteAsync(int port)
    {
        await File.WriteAllTextAsync(Configuration, $$"""
            [libdefaults]
                default_realm = {{Realm}}
                dns_lookup_kdc = false
                dns_lookup_realm = false
                dns_canonicalize_hostname = false
                rdns = false
                udp_preference_limit = 1
            [realms]
                {{Realm}} = {
                    kdc = 127.0.0.1:{{port}}
                }
            [domain_realm]
                localhost = {{Realm}}
            """);
        await File.WriteAllTextAsync(Environment["KRB5_KDC_PROFILE"], $$"""
            [realms]
                {{Realm}} = {
                    database_name = {{_directory.FullName}}/principal
                    key_stash_file = {{_directory.FullName}}/stash
                    acl_file = {{_directory.FullName}}/acl
                    kdc_listen = 127.0.0.1:{{port}}
                    kdc_tcp_listen = 127.0.0.1:{{port}}
                }
            [logging]
                kdc = STDERR
            """);
    }

    private async Task RunAsync(string program, string[] arguments, string? input = null)
    {
        using var process = Start(program, arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program}: {await output}{await error}");
    }

    private Process Start(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in Environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    [GeneratedRegex("commencing operation|starting")]
    private static partial Regex CommencingLine();

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);
}
