using System.Diagnostics.Metrics;

namespace MailCluster.Imap;

/// <summary>The measurements of IMAP, of meter <c>MailCluster</c>.</summary>
public sealed class ImapMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly Counter<long> _commands;
    private readonly Counter<long> _bugs;

    public ImapMetrics(IMeterFactory? meters = null)
    {
        _meter = meters is null ? new Meter("MailCluster") : meters.Create("MailCluster");
        _commands = _meter.CreateCounter<long>("mailcluster.imap.commands", "{command}", "Commands run, by command and answer.");
        _bugs = _meter.CreateCounter<long>("mailcluster.imap.bugs", "{command}", "Commands that failed by a bug.");
    }

    public void Dispose() => _meter.Dispose();

    internal void Command(string name, string status) => _commands.Add(1, new("command", name), new("status", status));

    internal void Bug(string name) => _bugs.Add(1, new KeyValuePair<string, object?>("command", name));
}
