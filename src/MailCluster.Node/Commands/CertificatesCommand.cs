using MailCluster.Cluster.Peers.Tls;

namespace MailCluster.Node.Commands;

/// <summary>
/// <c>mailcluster certificates</c>, and <c>mailctl cluster init</c>: the authority of a cluster in a folder, and in a folder below it for each node what that node
/// needs. Run again it adds nodes to the authority that is there.
/// </summary>
internal static class CertificatesCommand
{
    public static int Run(CommandLine commandLine, TextWriter output, TextWriter errors)
    {
        var directory = Path.GetFullPath(commandLine.Value("--to")!);
        try
        {
            var isNew = !File.Exists(Path.Combine(directory, ClusterCa.CertificateFile));
            using var authority = isNew
                ? ClusterCa.Create(directory, commandLine.Value("--name") ?? "mailcluster", TimeProvider.System)
                : ClusterCa.Open(directory, TimeProvider.System);
            output.WriteLine(isNew
                ? $"{directory}: the authority; keep {ClusterCa.KeyFile} away from the nodes: whoever has it can be any node"
                : $"{directory}: the authority that was there");
            foreach (var node in commandLine.Values("--node"))
            {
                var names = node.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
                if (names.Length == 0 || names[0] is "." or ".." || names[0].Contains('/', StringComparison.Ordinal))
                {
                    throw new PeerCertificateException($"{node} is no name of a node");
                }
                var paths = authority.IssueNode(Path.Combine(directory, names[0]), names[0], names[1..]);
                output.WriteLine($"{Path.GetDirectoryName(paths.Certificate)}: for the node {names[0]}");
            }
            return ExitCodes.Success;
        }
        catch (PeerCertificateException error)
        {
            errors.WriteLine($"mailcluster: {error.Message}");
            return ExitCodes.System;
        }
    }
}
