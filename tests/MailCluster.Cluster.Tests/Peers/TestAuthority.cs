using MailCluster.Cluster.Peers;
using MailCluster.Cluster.Peers.Tls;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Cluster.Tests.Peers;

/// <summary>A cluster's authority and the certificates of its nodes, in a directory of their own. One for each class of tests.</summary>
public sealed class TestAuthority : IDisposable
{
    private readonly Dictionary<string, PeerCertificateFiles> _nodes = [];
    private readonly ClusterCa _authority;

    public TestAuthority() => _authority = ClusterCa.Create(Path.Combine(Directory, "ca"), "test", TimeProvider.System);

    internal string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("mailcluster-peers-").FullName;

    public void Dispose()
    {
        foreach (var files in _nodes.Values)
        {
            files.Dispose();
        }

        _authority.Dispose();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    internal PeerCertificateFiles CertificatesOf(string node)
    {
        if (!_nodes.TryGetValue(node, out var files))
        {
            var paths = _authority.IssueNode(Path.Combine(Directory, node), node, ["localhost", "127.0.0.1"]);
            files = new PeerCertificateFiles(paths.Authority, paths.Certificate, paths.Key, TimeProvider.System, NullLoggerFactory.Instance);
            _nodes.Add(node, files);
        }

        return files;
    }

    internal Task<TestPeer> StartAsync(string node, long generation = 1, PeerOptions? options = null, TimeProvider? time = null) =>
        TestPeer.StartAsync(node, generation, time is null ? CertificatesOf(node) : null, options, time);
}
