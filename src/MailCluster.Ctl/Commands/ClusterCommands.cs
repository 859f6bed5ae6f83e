using System.CommandLine;
using System.Text.Json.Nodes;
using MailCluster.Ctl.Output;
using MailCluster.Ctl.Terminal;

namespace MailCluster.Ctl.Commands;

/// <summary><c>mailctl cluster …</c>.</summary>
internal static class ClusterCommands
{
    public static Command Make() => CtlCommand.Group(
        "cluster", "the cluster that the node belongs to", Init(), Status(), Members(), Shards(), Where(), Drain(), Rebalance());

    private static Command Init()
    {
        var directory = new Argument<string>("directory") { Description = "made if it is missing; used again, it adds nodes" };
        var name = new Option<string?>("--name") { Description = "the cluster's name, for people who look at the certificates", HelpName = "CLUSTER" };
        var nodes = new Option<string[]>("--node")
        {
            Description = "also a certificate for the node of that name (node.name), with more host names after commas; may be repeated",
            HelpName = "NAME[,HOST]…",
        };
        return CtlCommand.MakeOffline("init", "make the cluster's certificate authority and certificates of nodes; needs no running node", [directory, name, nodes], (parsed, cancellationToken) =>
        {
            List<string> arguments = ["certificates", "--to", parsed.GetRequiredValue(directory)];
            if (parsed.GetValue(name) is { } cluster) arguments.AddRange(["--name", cluster]);
            foreach (var node in parsed.GetValue(nodes) ?? []) arguments.AddRange(["--node", node]);
            return ServerProgram.RunAsync(arguments, cancellationToken);
        });
    }

    private static Command Status() => CtlCommand.Make(
        "status", "the cluster as this node sees it", [], (_, run) => run.PrintAsync("cluster/status", []));

    private static Command Members() => CtlCommand.Make(
        "members", "its nodes: address, roles, version, status, lease, shards", [], (_, run) => run.PrintAsync("cluster/members", []));

    private static Command Shards()
    {
        var node = new Option<string?>("--node") { Description = "only those of one node; \"\" for those without an owner", HelpName = "NAME" };
        return CtlCommand.Make("shards", "its shards: who has each, and what it does on this node", [node], (parsed, run) =>
            run.PrintAsync("cluster/shards", new JsonObject { ["node"] = parsed.GetValue(node) }));
    }

    private static Command Where()
    {
        var user = CtlCommand.User();
        return CtlCommand.Make("where", "which shard an account is in, and which node has it", [user], (parsed, run) =>
            run.PrintAsync("cluster/where", new JsonObject { ["user"] = parsed.GetRequiredValue(user) }));
    }

    private static Command Drain()
    {
        var node = new Argument<string>("node") { Description = "its name; it hands over its shards and takes none until it is started again" };
        var yes = new Option<bool>("--yes", "-y") { Description = "do not ask" };
        return CtlCommand.Make("drain", "have a node hand over all its shards, before it is stopped for long", [node, yes], (parsed, run) =>
        {
            var name = parsed.GetRequiredValue(node);
            Confirmation.Require($"Have {name} hand over all its shards? It takes shards again when it is restarted.", parsed.GetValue(yes));
            return run.PrintAsync("cluster/drain", new JsonObject { ["node"] = name }, () => Sentence("node"));
        });
    }

    private static Command Rebalance() => CtlCommand.Make(
        "rebalance", "have all nodes look at their shares now, as they do by themselves when nodes come and go", [],
        (_, run) => run.PrintAsync("cluster/rebalance", [], () => Sentence("cluster")));

    private static SentencePrinter Sentence(string who) =>
        new(Console.Out, row => $"{row.GetProperty(who).GetString()}: {row.GetProperty("result").GetString()}");
}
