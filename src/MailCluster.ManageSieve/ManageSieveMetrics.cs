using System.Diagnostics.Metrics;

namespace MailCluster.ManageSieve;

/// <summary>The measurements of ManageSieve, of meter <c>MailCluster</c>.</summary>
public sealed class ManageSieveMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly Counter<long> _commands;
    private readonly Counter<long> _bugs;

    public ManageSieveMetrics(IMeterFactory? meters = null)
    {
        _meter = meters is null ? new Meter("MailCluster") : meters.Create("MailCluster");
        _commands = _meter.CreateCounter<long>("mailcluster.managesieve.commands", "{command}", "ManageSieve commands run, by command and answer.");
        _bugs = _meter.CreateCounter<long>("mailcluster.managesieve.bugs", "{command}", "ManageSieve commands that failed by a bug.");
    }

    public void Dispose() => _meter.Dispose();

    internal void Command(string name, string status) => _commands.Add(1, new("command", name), new("status", status));

    internal void Bug(string name) => _bugs.Add(1, new KeyValuePair<string, object?>("command", name));
}
