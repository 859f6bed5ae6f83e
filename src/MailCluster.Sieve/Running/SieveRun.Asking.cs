using System.Security.Cryptography;
using System.Text;
using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve.Running;

/// <summary>Tests that ask the host.</summary>
internal sealed partial class SieveRun
{
    /// <summary>Longer ids are remembered by their sum, so that memories stay small.</summary>
    private const int IdCharactersMax = 256;

    private static readonly TimeSpan s_duplicateLifetimeDefault = TimeSpan.FromDays(7);

    private static readonly TimeSpan s_duplicateLifetimeMax = TimeSpan.FromDays(60);

    private async ValueTask TestAsync(ScriptFrame frame, OpCode op, CancellationToken cancellationToken)
    {
        var asked = _time.GetTimestamp();
        switch (op)
        {
            case OpCode.MailboxExists:
                _result = await AllAsync(List(frame, frame.Reader.ReadInt()), name => _host.FolderExistsAsync(name, cancellationToken));
                break;
            case OpCode.MailboxIdExists:
                _result = await AllAsync(List(frame, frame.Reader.ReadInt()), async id => await _host.FolderOfIdAsync(id, cancellationToken) is not null);
                break;
            case OpCode.SpecialUseExists:
                var folder = OptionalText(frame, frame.Reader.ReadOptionalId());
                _result = await AllAsync(List(frame, frame.Reader.ReadInt()), use => _host.HasSpecialUseAsync(folder, use, cancellationToken));
                break;
            case OpCode.MetadataExists:
                var mailbox = Text(frame, frame.Reader.ReadInt());
                _result = await AllAsync(List(frame, frame.Reader.ReadInt()), async entry => await _host.GetMetadataAsync(mailbox, entry, cancellationToken) is not null);
                break;
            case OpCode.ServerMetadataExists:
                _result = await AllAsync(List(frame, frame.Reader.ReadInt()), async entry => await _host.GetMetadataAsync(null, entry, cancellationToken) is not null);
                break;
            case OpCode.ValidExtList:
                _result = await AllAsync(List(frame, frame.Reader.ReadInt()), async list => await _host.ListContainsAsync(list, "", cancellationToken) is not null);
                break;
            case OpCode.Duplicate:
                await DuplicateAsync(frame, cancellationToken);
                break;
            case OpCode.Execute:
                await ExecuteAsync(frame, cancellationToken);
                break;
            case OpCode.Filter:
                await FilterAsync(frame, cancellationToken);
                break;
            default:
                await MatchAsync(frame, op, cancellationToken);
                TraceResult(frame, op);
                return;
        }

        _work.Exclude(asked);
        TraceResult(frame, op);
    }

    private async ValueTask<bool> AllAsync(string[] names, Func<string, ValueTask<bool>> ask)
    {
        foreach (var name in names)
        {
            _work.Spend(1);
            if (!await ask(name))
                return false;
        }

        return true;
    }

    /// <summary>Metadata, whose value the host has, and :list of any test, where the keys are names of lists (RFC 6134 §2.2).</summary>
    private async ValueTask MatchAsync(ScriptFrame frame, OpCode op, CancellationToken cancellationToken)
    {
        var spec = frame.Reader.ReadMatch();
        int keys;
        if (op is OpCode.Metadata or OpCode.ServerMetadata)
        {
            var mailbox = op == OpCode.Metadata ? Text(frame, frame.Reader.ReadInt()) : null;
            var entry = Text(frame, frame.Reader.ReadInt());
            keys = frame.Reader.ReadInt();
            var asked = _time.GetTimestamp();
            var value = await _host.GetMetadataAsync(mailbox, entry, cancellationToken);
            _work.Exclude(asked);
            _values.Clear();
            AddValue(value);
        }
        else
        {
            keys = Gather(frame, op);
        }

        if (spec.Type != MatchKind.List)
        {
            _result = Match(frame, spec, keys);
            return;
        }

        _result = false;
        var lists = List(frame, keys);
        foreach (var value in _values.ToArray())
        {
            foreach (var list in lists)
            {
                _work.Spend(1);
                var asked = _time.GetTimestamp();
                var found = await _host.ListContainsAsync(list, value, cancellationToken)
                    ?? throw SieveRunException.Error($"there is no list \"{Shown(list)}\"");
                _work.Exclude(asked);
                TraceMatch(frame, value, list, found);
                if (!found)
                    continue;

                // RFC 6134 §2.2: ${0} is the value that was found.
                (frame.CaptureSource, frame.Captures) = (value, [(0, value.Length)]);
                _result = true;
                return;
            }
        }
    }

    /// <summary>RFC 7352 §3. The test only looks; what it looked for is remembered with the outcome.</summary>
    private async ValueTask DuplicateAsync(ScriptFrame frame, CancellationToken cancellationToken)
    {
        CheckDelivery("duplicate"); // RFC 7352 §3.4
        var last = frame.Reader.ReadInt() != 0;
        var handle = OptionalText(frame, frame.Reader.ReadOptionalId()) ?? "";
        var header = OptionalText(frame, frame.Reader.ReadOptionalId());
        var given = OptionalText(frame, frame.Reader.ReadOptionalId());
        var lifetime = frame.Reader.ReadOptional() is { } seconds
            ? seconds > (long)s_duplicateLifetimeMax.TotalSeconds ? s_duplicateLifetimeMax : TimeSpan.FromSeconds(seconds)
            : s_duplicateLifetimeDefault;
        var id = given ?? (FieldsOf(RootOf(frame), header ?? "Message-ID") is [var field, ..] ? field.Text : null);
        if (string.IsNullOrEmpty(id) || lifetime == TimeSpan.Zero)
        {
            _result = false;
            return;
        }

        id = id.Length <= IdCharactersMax ? id : "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)));
        handle = handle.Length <= IdCharactersMax ? handle : "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(handle)));
        _result = await _host.IsDuplicateAsync(handle, id, lifetime, last, cancellationToken);
        var mark = new DuplicateMark(handle, id, lifetime);

        // RFC 7352 §3.3: with :last each occurrence begins the time anew, without only the first.
        if ((last || !_result) && !_marks.Contains(mark))
            _marks.Add(mark);
    }

    private async ValueTask ExecuteAsync(ScriptFrame frame, CancellationToken cancellationToken)
    {
        var bits = (ActionBits)frame.Reader.ReadInt();
        var input = OptionalText(frame, frame.Reader.ReadOptionalId());
        var output = frame.Reader.ReadOptionalId();
        var program = Text(frame, frame.Reader.ReadInt());
        var arguments = OptionalList(frame, frame.Reader.ReadOptionalId());
        CountProgram();
        ReadOnlyMemory<byte> bytes = (bits & ActionBits.PipeMessage) != 0 ? _message.ToBytes() : input is null ? default : Encoding.UTF8.GetBytes(input);
        var answer = await _host.ExecuteAsync(SieveProgramKind.Execute, program, arguments, bytes, cancellationToken);
        _result = answer.ExitCode == 0;
        Trace(frame, $"execute \"{program}\": exit {answer.ExitCode}, {answer.Output.Length} octets");
        if (_result && output >= 0)
            SetVariable(frame, output, Encoding.UTF8.GetString(answer.Output.Span));
    }

    private async ValueTask FilterAsync(ScriptFrame frame, CancellationToken cancellationToken)
    {
        frame.Reader.ReadInt();
        var program = Text(frame, frame.Reader.ReadInt());
        var arguments = OptionalList(frame, frame.Reader.ReadOptionalId());
        CountProgram();
        var answer = await _host.ExecuteAsync(SieveProgramKind.Filter, program, arguments, _message.ToBytes(), cancellationToken);
        _result = answer.ExitCode == 0 && answer.Output.Length > 0;
        Trace(frame, $"filter \"{program}\": exit {answer.ExitCode}, {answer.Output.Length} octets");
        if (!_result)
            return;
        CountEdit();
        _message = SieveMessage.CreateEdited(answer.Output);
    }

    private void CountProgram()
    {
        if (++_programs > _limits.ProgramsMax)
            throw SieveRunException.Limit($"more than {_limits.ProgramsMax} programs are run");
    }

    private int _programs;
}
