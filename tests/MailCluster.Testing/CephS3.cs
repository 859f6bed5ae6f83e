using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace MailCluster.Testing;

/// <summary>
/// A real S3 server: Ceph's gateway, from Debian's packages, with its data in memory (<c>ceph-s3.sh</c> says how). Shared by the tests of a process, and gone
/// with it. It starts in some ten seconds.
/// </summary>
public sealed class CephS3
{
    public const string AccessKey = "ACCESS";
    public const string SecretKey = "SECRET";

    // The monitor takes one port and the object store picks some of the twenty after it.
    private const int PortsForStore = 20;

    private static readonly Lazy<Task<CephS3>> s_shared = new(StartAsync);

    // Held for its standard input: the script stops everything when that ends.
    private readonly Process _script;

    private CephS3(Process script, int port)
    {
        _script = script;
        Endpoint = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
    }

    public Uri Endpoint { get; }

    public static Task<CephS3> SharedAsync() => s_shared.Value;

    private static async Task<CephS3> StartAsync()
    {
        var directory = Directory.CreateTempSubdirectory("mailcluster-s3-").FullName;
        var (monitor, gateway) = FindPorts();

        // In a session of its own: a signal to the group of the test process must not end the script before it has stopped what it started.
        var start = new ProcessStartInfo(
            "setsid",
            ["--wait", Path.Combine(AppContext.BaseDirectory, "ceph-s3.sh"), directory, monitor.ToString(CultureInfo.InvariantCulture), gateway.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var script = Process.Start(start)!;
        return await script.StandardOutput.ReadLineAsync() == "ready"
            ? new CephS3(script, gateway)
            : throw new InvalidOperationException("Ceph did not start (Debian: ceph-mon, ceph-osd, radosgw).");
    }

    /// <summary>A run of free ports below those that the system gives to outgoing connections.</summary>
    private static (int Monitor, int Gateway) FindPorts()
    {
        while (true)
        {
            var first = Random.Shared.Next(10_000, 30_000);
            if (Enumerable.Range(first, PortsForStore + 2).All(IsFree))
                return (first, first + PortsForStore + 1);
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
