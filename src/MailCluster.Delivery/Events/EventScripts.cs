using MailCluster.Bodies;
using MailCluster.Delivery.Filters;
using MailCluster.Mailboxes;
using Microsoft.Extensions.Logging;

namespace MailCluster.Delivery.Events;

// Who runs the scripts of what IMAP did: the node that has the account. The essay on the steps is at ScriptTask.
//
// It hears of tasks from the accounts themselves (IScriptTaskListener): when one is queued, and when an account in which one waits comes to this node. An account comes
// when somebody uses it; so that a task does not wait for that after a node died, the account is also in the register of those that may have something to do, which is
// looked at when this node starts and when shards come (OutboxRegister). It is put there before the first script runs.
//
// The tasks of one account have their turn one after the other, message by message; different accounts run side by side, some at a time. What cannot be done now is tried
// again after a pause, up to a time; then, or when a script fails, the message is left as it is, with a line in the log. Nothing of it reaches the session.

/// <summary>Runs scripts on what IMAP did (RFC 6785), for the accounts of this node.</summary>
public sealed partial class EventScripts : IScriptTaskListener, IAsyncDisposable
{
    private readonly OutboxRegister _register;
    private readonly IMailboxClient _mailboxes;
    private readonly IBodyStore _bodies;
    private readonly MessageIntake _intake;
    private readonly FilterServices _services;
    private readonly EventStages _stages;
    private readonly EventScriptOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Lock _gate = new();
    private readonly Dictionary<AccountId, Attention> _attended = [];
    private readonly SemaphoreSlim _room;
    private readonly CancellationTokenSource _stopping = new();
    private Task _looking = Task.CompletedTask;
    private bool _lookAgain;

    private EventScripts(
        DeliveryFilter filter, OutboxRegister register, IMailboxClient mailboxes, IBodyStore bodies, MessageIntake intake, ScriptEventOptions rules,
        EventScriptOptions options, TimeProvider time, ILogger log)
    {
        _register = register;
        _mailboxes = mailboxes;
        _bodies = bodies;
        _intake = intake;
        _services = filter.Services with { Log = log };
        _stages = new EventStages(_services.Scripts, rules, log);
        _options = options;
        _time = time;
        _log = log;
        _room = new SemaphoreSlim(options.AccountsMax);
    }

    /// <summary>Begins to run scripts: also on what waits from before.</summary>
    public static EventScripts Start(
        DeliveryFilter filter, OutboxRegister register, IMailboxClient mailboxes, IBodyStore bodies, MessageIntake intake, ScriptEventOptions rules,
        EventScriptOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        var scripts = new EventScripts(filter, register, mailboxes, bodies, intake, rules, options, time, loggers.CreateLogger<EventScripts>());
        register.HomeChanged += scripts.LookAgain;
        scripts.LookAgain();
        return scripts;
    }

    public void ScriptTasksWait(AccountId account)
    {
        lock (_gate)
        {
            if (_stopping.IsCancellationRequested)
                return;
            if (_attended.TryGetValue(account, out var attention))
            {
                attention.IsAskedAgain = true;
                return;
            }

            attention = new Attention();
            _attended.Add(account, attention);
            attention.Work = Task.Run(() => AttendAsync(account, attention));
        }
    }

    /// <summary>Begins with no message any more; those whose scripts are running are waited for, up to <paramref name="patience"/>, and have their turn again otherwise.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        _register.HomeChanged -= LookAgain;
        Task all;
        lock (_gate)
        {
            if (_stopping.IsCancellationRequested)
                return;
            all = Task.WhenAll([_looking, .. _attended.Values.Select(attention => attention.Work)]);
        }

        await _stopping.CancelAsync();
        await all.WaitAsync(patience, _time);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.FromSeconds(1));
        _stopping.Dispose();
        _room.Dispose();
    }

    /// <summary>Wakes the registered accounts of this node: one in which something waits then says so itself.</summary>
    private void LookAgain()
    {
        lock (_gate)
        {
            _lookAgain = true;
            if (_looking.IsCompleted && !_stopping.IsCancellationRequested)
                _looking = Task.Run(LookAsync);
        }
    }

    private async Task LookAsync()
    {
        try
        {
            while (TakeLook())
            {
                foreach (var account in await _register.ListHereAsync(_stopping.Token))
                    await WakeAsync(account);
            }
        }
        catch (MailboxRefusedException e)
        {
            EventScriptLog.RegisterAway(_log, e.Message);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The end.
        }
    }

    private bool TakeLook()
    {
        lock (_gate)
            return _lookAgain && !(_lookAgain = false);
    }

    private async ValueTask WakeAsync(AccountId account)
    {
        // Below it nothing waits, and not every node could be asked.
        if (_mailboxes.Level < MailboxLevel.Filtering)
            return;
        try
        {
            if ((await _mailboxes.SendAsync(account, new NextScriptTask(), CommandContext.None, _stopping.Token)).Task is not null)
                ScriptTasksWait(account);
        }
        catch (MailboxRefusedException e)
        {
            EventScriptLog.PutOff(_log, account, TimeSpan.Zero, e.Message);
        }
    }

    private async Task AttendAsync(AccountId account, Attention attention)
    {
        var pause = _options.RetryFirst;
        try
        {
            while (TakeTurn(account, attention))
            {
                if (await RunAllAsync(account, attention) is not { } problem)
                {
                    pause = _options.RetryFirst;
                    continue;
                }

                EventScriptLog.PutOff(_log, account, pause, problem);
                attention.IsAskedAgain = true;
                await Task.Delay(pause, _time, _stopping.Token);
                pause = pause * 2 < _options.RetryMax ? pause * 2 : _options.RetryMax;
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // What waits is in the journal.
        }
    }

    /// <summary>False: there is nothing more to do for the account.</summary>
    private bool TakeTurn(AccountId account, Attention attention)
    {
        lock (_gate)
        {
            if (attention.IsAskedAgain && _register.IsHere(account) && !_stopping.IsCancellationRequested)
            {
                attention.IsAskedAgain = false;
                return true;
            }

            _attended.Remove(account);
            return false;
        }
    }

    /// <summary>Null: nothing waits any more, or not here. Otherwise why it must be tried again.</summary>
    private async ValueTask<string?> RunAllAsync(AccountId account, Attention attention)
    {
        await _room.WaitAsync(_stopping.Token);
        try
        {
            while (_register.IsHere(account) && await RunNextAsync(account, attention))
                _stopping.Token.ThrowIfCancellationRequested();
            return null;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Whatever it is, what waits is in the journal.
            return e.Message;
        }
        finally
        {
            _room.Release();
        }
    }

    /// <summary>An account whose tasks are being run.</summary>
    private sealed class Attention
    {
        /// <summary>Guarded by the gate, but for the account's own task.</summary>
        public volatile bool IsAskedAgain = true;

        public Task Work { get; set; } = Task.CompletedTask;

        private (ScriptTaskId Task, uint Uid) _turn;
        private PipesDone _pipes = new();

        /// <summary>What has been piped into programs in the turn of a message: it is not again when the turn has to be taken anew.</summary>
        public PipesDone PipesOf(ScriptTaskId task, uint uid)
        {
            if (_turn != (task, uid))
                (_turn, _pipes) = ((task, uid), new PipesDone());
            return _pipes;
        }
    }
}
