namespace MailCluster.Simulation.Tests.Faults;

/// <summary>Lets things go wrong, by the scenario, and puts them right again.</summary>
internal sealed class FaultInjector(World world)
{
    private static readonly TimeSpan s_leavePatience = TimeSpan.FromSeconds(20);

    private readonly Random _random = new(world.Random.Next());
    private int _restarting;
    private bool _healed;

    /// <summary>No restart is under way.</summary>
    internal bool IsQuiet => _restarting == 0;

    /// <summary>Runs until the scenario's faulty time is over.</summary>
    internal async Task RunAsync()
    {
        var end = world.Now + world.Scenario.Faulty;
        while (world.Now < end && world.Oracle.Violation is null)
        {
            await world.PassAsync(TimeSpan.FromMilliseconds(_random.Next(10, world.Scenario.FaultPauseMax)));
            RestartSuperseded();
            Inject(world.Scenario.Kinds[_random.Next(world.Scenario.Kinds.Length)]);
        }
    }

    /// <summary>Everything is right again: all paths carry, the database answers, every process runs.</summary>
    internal void Heal()
    {
        _healed = true;
        world.Trace.Write("everything is put right");
        world.Network.Heal();
        world.Database.Start();
        foreach (var node in world.Nodes)
        {
            node.Database.Heal();
            node.Process.Resume();
        }

        foreach (var one in world.Nodes)
        {
            foreach (var other in world.Nodes)
            {
                world.Network.SetLatency(one.Address, other.Address, TimeSpan.FromMilliseconds(1));
            }
        }
    }

    /// <summary>What a supervisor does: starts anew what has ended, or is about to.</summary>
    internal void RestartSuperseded()
    {
        for (var i = 0; i < world.Nodes.Length; i++)
        {
            if (world.Nodes[i] is { IsSuperseded: true, Process.IsKilled: false } over)
            {
                world.Trace.Write($"{over.Name} is superseded, and ends");
                over.Kill();
                _ = StartSoonAsync(i, over);
            }
        }
    }

    private void Inject(FaultKind kind)
    {
        var number = _random.Next(world.Nodes.Length);
        var node = world.Nodes[number];
        var other = world.Nodes[(number + 1 + _random.Next(world.Nodes.Length - 1)) % world.Nodes.Length];
        world.Trace.Write($"fault {kind}: {node.Name}, {other.Name}");
        switch (kind)
        {
            case FaultKind.Kill:
                node.Kill();
                _ = StartSoonAsync(number, node);
                break;
            case FaultKind.Pause:
                node.Process.Pause();
                _ = LaterAsync(Some(0.2, 25), node.Process.Resume);
                break;
            case FaultKind.Partition:
                world.Network.CutBoth(node.Address, other.Address);
                _ = LaterAsync(Some(0.1, 20), world.Network.Heal);
                break;
            case FaultKind.OneWay:
                world.Network.Cut(node.Address, other.Address);
                _ = LaterAsync(Some(0.1, 20), world.Network.Heal);
                break;
            case FaultKind.Isolate:
                Array.ForEach(world.Nodes, peer => world.Network.CutBoth(node.Address, peer.Address));
                node.Database.IsSilent = true;
                _ = LaterAsync(Some(1, 25), () =>
                {
                    world.Network.Heal();
                    node.Database.Heal();
                });
                break;
            case FaultKind.Refuse:
                world.Network.Refuse(node.Address, other.Address);
                _ = LaterAsync(Some(0.1, 10), world.Network.Heal);
                break;
            case FaultKind.Break:
                world.Network.Break(node.Address, other.Address);
                break;
            case FaultKind.SlowNetwork:
                world.Network.SetLatency(node.Address, other.Address, TimeSpan.FromMilliseconds(_random.Next(1, 400)));
                world.Network.SetLatency(other.Address, node.Address, TimeSpan.FromMilliseconds(_random.Next(1, 400)));
                break;
            case FaultKind.DatabaseRestart:
                world.Database.Stop();
                _ = LaterAsync(Some(0.05, 15), world.Database.Start);
                break;
            case FaultKind.ClockJump:
                node.Process.WallOffset = TimeSpan.FromMinutes(_random.Next(-180, 180));
                break;
            case FaultKind.Drain or FaultKind.Restart or FaultKind.RollingRestart:
                Shift(kind, number);
                break;
            default:
                Spoil(kind, node);
                break;
        }
    }

    /// <summary>Nodes that go on purpose.</summary>
    private void Shift(FaultKind kind, int number)
    {
        switch (kind)
        {
            case FaultKind.Drain when world.Nodes[number] is { IsServing: true, IsDrained: false } node:
                node.IsDrained = true;
                _ = node.Process.RunAsync(() => node.Node.DrainAsync(CancellationToken.None));
                break;
            case FaultKind.Restart:
                _ = RestartAsync(number);
                break;
            case FaultKind.RollingRestart:
                _ = RestartAllAsync();
                break;
        }
    }

    private void Spoil(FaultKind kind, SimulatedNode node)
    {
        var link = node.Database;
        switch (kind)
        {
            case FaultKind.DatabaseCut:
                link.IsCut = true;
                break;
            case FaultKind.DatabaseSilent:
                link.IsSilent = true;
                break;
            case FaultKind.DatabaseSlow:
                link.Delay = TimeSpan.FromMilliseconds(_random.Next(1, 1500));
                break;
            case FaultKind.LostAnswers:
                link.LostAnswerShare = _random.NextDouble() * 0.5;
                break;
            case FaultKind.LateCalls:
                link.LateShare = _random.NextDouble() * 0.5;
                break;
            case FaultKind.MissedNotices:
                link.MissesNotices = true;
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(kind));
        }

        _ = LaterAsync(Some(0.1, 25), link.Heal);
    }

    internal async Task RestartAsync(int number)
    {
        var node = world.Nodes[number];
        if (!node.IsServing)
        {
            return;
        }

        _restarting++;
        await node.LeaveAsync(s_leavePatience);
        await StartSoonAsync(number, node);
        _restarting--;
    }

    private async Task RestartAllAsync()
    {
        for (var i = 0; i < world.Nodes.Length && !_healed; i++)
        {
            await RestartAsync(i);
            await world.PassAsync(Some(0.1, 3));
        }
    }

    private async Task StartSoonAsync(int number, SimulatedNode ended)
    {
        await world.PassAsync(Some(0.05, 4));
        if (world.Nodes[number] == ended && ended.Process.IsKilled)
        {
            world.StartNode(number);
        }
    }

    private async Task LaterAsync(TimeSpan after, Action action)
    {
        await world.PassAsync(after);
        action();
    }

    /// <summary>Short ones more often.</summary>
    private TimeSpan Some(double least, double most) => TimeSpan.FromSeconds(least * Math.Pow(most / least, _random.NextDouble()));
}
