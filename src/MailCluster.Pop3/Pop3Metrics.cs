using System.Diagnostics.Metrics;

namespace MailCluster.Pop3;

/// <summary>The measurements of POP3, of meter <c>MailCluster</c>.</summary>
public sealed class Pop3Metrics : IDisposable
{
    private readonly Meter _meter;
    private readonly Counter<long> _commands;
    private readonly Counter<long> _bugs;
    private readonly Counter<long> _deleted;

    public Pop3Metrics(IMeterFactory? meters = null)
    {
        _meter = meters is null ? new Meter("MailCluster") : meters.Create("MailCluster");
        _commands = _meter.CreateCounter<long>("mailcluster.pop3.commands", "{command}", "Commands run, by command and answer.");
        _bugs = _meter.CreateCounter<long>("mailcluster.pop3.bugs", "{command}", "Commands that failed by a bug.");
        _deleted = _meter.CreateCounter<long>("mailcluster.pop3.deleted", "{message}", "Messages that sessions deleted.");
    }

    public void Dispose() => _meter.Dispose();

    internal void Command(string name, bool ok) => _commands.Add(1, new("command", name), new("status", ok ? "OK" : "ERR"));

    internal void Bug(string name) => _bugs.Add(1, new KeyValuePair<string, object?>("command", name));

    internal void Deleted(int messages) => _deleted.Add(messages);
}
