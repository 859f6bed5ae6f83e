using System.Collections;
using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using MailCluster.Bodies;

namespace MailCluster.Mailboxes.Tests.Wire;

/// <summary>Makes values of any message type by its constructor, and writes them as text, so that a new type or member is covered without being named.</summary>
internal sealed class Samples(int seed)
{
    private static readonly FolderName[] Names = [FolderName.Inbox, FolderName.Create("Archive/2026"), FolderName.Create("Ärger & Freude")];
    private readonly Random _random = new(seed);

    public object Of(Type type)
    {
        if (type == typeof(FolderName))
            return Names[_random.Next(Names.Length)];
        if (type == typeof(ScriptName))
            return ScriptName.Create("script " + _random.Next(1000));
        if (type == typeof(AnnotationName))
            return AnnotationName.Create("/shared/vendor/test/" + _random.Next(1000));
        if (type == typeof(AnnotationPath))
            return AnnotationPath.Create("/private/level" + _random.Next(1000));
        if (type == typeof(UidSet))
            return Uids();
        if (type == typeof(FolderIndex))
            return Index();
        if (type == typeof(string))
            return "text-" + _random.Next(1000);
        if (type == typeof(Guid))
            return NewGuid();
        if (type == typeof(UInt128))
            return new UInt128((ulong)_random.NextInt64(), (ulong)_random.NextInt64());
        if (type == typeof(byte))
            return (byte)_random.Next(256);
        if (type == typeof(bool))
            return _random.Next(2) == 1;
        if (type == typeof(int))
            return _random.Next();
        if (type == typeof(uint))
            return (uint)_random.Next(1, int.MaxValue);
        if (type == typeof(long))
            return _random.NextInt64(1, long.MaxValue);
        if (type == typeof(ulong))
            return (ulong)_random.NextInt64();
        if (type == typeof(DateTimeOffset))
            return DateTimeOffset.FromUnixTimeSeconds(_random.Next());
        if (type == typeof(TimeSpan))
            return TimeSpan.FromTicks(_random.NextInt64());
        if (type == typeof(InternalDate))
            return new InternalDate(DateTimeOffset.FromUnixTimeSeconds(_random.Next()).ToOffset(TimeSpan.FromMinutes(_random.Next(-720, 720))));
        if (type.IsEnum)
            return Enum.GetValues(type) is var values ? values.GetValue(_random.Next(values.Length))! : throw new InvalidOperationException();
        if (Nullable.GetUnderlyingType(type) is { } inner)
            return Of(inner);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>))
            return ArrayOf(type.GetGenericArguments()[0]);
        var constructor = MainConstructor(type);
        return constructor.Invoke([.. constructor.GetParameters().Select(parameter => Of(parameter.ParameterType))]);
    }

    public FolderIndex Index()
    {
        var index = FolderIndex.Create(new FolderId(NewGuid()), 7, new ModSeq(1));
        var keywords = index.Keywords.Intern(["$Junk", "later"], out var set);
        var rows = Enumerable.Range(1, 1 + _random.Next(2000)).Select(uid => new MessageRow(
            (uint)uid, SystemFlags.Seen, uid % 7 == 0 ? set : 0, new ModSeq(2), InternalDate.FromPacked(4096L * uid), 5, (uint)uid,
            new EmailId(NewGuid()), new BodyRef((ulong)uid))).ToArray();
        return index.WithKeywords(keywords).Append(rows, new ModSeq(2)).Remove(UidSet.Of(1), new ModSeq(3));
    }

    /// <summary>Every member of a value, deeply.</summary>
    public static string Text(object? value)
    {
        var text = new StringBuilder();
        Write(text, value);
        return text.ToString();
    }

    private static void Write(StringBuilder text, object? value)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                return;
            case FolderIndex index:
                text.Append(Rules.StateText.Of(index));
                return;
            case string or bool or UidSet or FolderName or ScriptName or AnnotationName or AnnotationPath or Guid or InternalDate:
            case IFormattable:
                text.Append(value);
                return;
            case ITuple tuple:
                for (var i = 0; i < tuple.Length; i++)
                    Write(text, tuple[i]);
                return;
            case IEnumerable many:
                text.Append('[');
                foreach (var one in many)
                {
                    Write(text, one);
                    text.Append("; ");
                }

                text.Append(']');
                return;
        }

        text.Append(value.GetType().Name).Append('{');
        foreach (var parameter in MainConstructor(value.GetType()).GetParameters())
        {
            var member = value.GetType().GetProperty(parameter.Name!)
                ?? throw new InvalidOperationException($"{value.GetType()} hides {parameter.Name}.");
            text.Append(member.Name).Append('=');
            Write(text, member.GetValue(value));
            text.Append(", ");
        }

        text.Append('}');
    }

    private static ConstructorInfo MainConstructor(Type type) =>
        type.GetConstructors(BindingFlags.Public | BindingFlags.Instance).MaxBy(c => c.GetParameters().Length)
        ?? throw new InvalidOperationException($"{type} is made in no known way.");

    private object ArrayOf(Type element)
    {
        var items = Array.CreateInstance(element, _random.Next(4));
        for (var i = 0; i < items.Length; i++)
            items.SetValue(Of(element), i);
        var create = typeof(ImmutableCollectionsMarshal).GetMethod(nameof(ImmutableCollectionsMarshal.Wrap))!.MakeGenericMethod(element);
        return create.Invoke(null, [items])!;
    }

    private UidSet Uids()
    {
        var uids = new uint[_random.Next(1, 20)];
        foreach (ref var uid in uids.AsSpan())
            uid = (uint)_random.NextInt64(1, uint.MaxValue);
        return UidSet.FromUids(uids);
    }

    private Guid NewGuid()
    {
        var bytes = new byte[16];
        _random.NextBytes(bytes);
        return new Guid(bytes);
    }

    private static class ImmutableCollectionsMarshal
    {
        public static ImmutableArray<T> Wrap<T>(T[] items) => [.. items];
    }
}
