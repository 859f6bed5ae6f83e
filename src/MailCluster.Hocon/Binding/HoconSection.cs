namespace MailCluster.Hocon.Binding;

/// <summary>
/// Strict typed access to one object of a configuration. Each read names a key once, with its type and range; a fault is recorded and a
/// harmless value returned, so that one run finds every fault. <see cref="Finish"/> then reports each key that nobody read.
///
/// There are no defaults here: they stand in the reference file that is the lowest layer, and a key missing from it is a fault too. So the
/// keys in the code and the keys in the file are the same set by construction.
/// </summary>
public sealed partial class HoconSection
{
    private readonly HoconObject _object;
    private readonly HoconErrors _errors;
    private readonly string _path;
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    /// <param name="value">The object to read.</param>
    /// <param name="path">Its path from the root; empty for the root.</param>
    /// <param name="errors">Receives the faults.</param>
    public HoconSection(HoconObject value, string path, HoconErrors errors)
    {
        _object = value;
        _path = path;
        _errors = errors;
    }

    /// <summary>Place of the object.</summary>
    public HoconOrigin Origin => _object.Origin;

    /// <summary>Binds a whole tree: creates the section of the root, runs <paramref name="bind"/>, and reports unknown keys.</summary>
    public static T Bind<T>(HoconObject root, HoconErrors errors, Func<HoconSection, T> bind)
    {
        ArgumentNullException.ThrowIfNull(bind);
        var section = new HoconSection(root, "", errors);
        var options = bind(section);
        section.Finish();
        return options;
    }

    /// <summary>An object with fixed keys, bound by <paramref name="bind"/>; its unknown keys are reported when that returns.</summary>
    public T Section<T>(string key, Func<HoconSection, T> bind)
    {
        ArgumentNullException.ThrowIfNull(bind);
        var value = Take(key);
        if (value is not HoconObject)
        {
            Wrong(key, value, "an object { … }");
        }
        var section = new HoconSection(value as HoconObject ?? new HoconObject([], Origin), PathOf(key), _errors);
        var before = _errors.Items.Count;
        var options = bind(section);
        if (value is HoconObject)
        {
            section.Finish();
        }
        else
        {
            _errors.Truncate(before); // One fault for the object is enough; its keys are not missing on their own.
        }
        return options;
    }

    /// <summary>An object with free keys, each value an object bound by <paramref name="bind"/>. <c>null</c> removes an entry.</summary>
    public IReadOnlyList<T> Map<T>(string key, Func<string, HoconSection, T> bind)
    {
        ArgumentNullException.ThrowIfNull(bind);
        var value = Take(key);
        var entries = new List<T>();
        if (value is not HoconObject map)
        {
            Wrong(key, value, "an object { … }");
            return entries;
        }
        foreach (var (name, item) in map.Fields)
        {
            var path = $"{PathOf(key)}.{HoconText.Key(name)}";
            switch (item)
            {
                case HoconObject fields:
                    var section = new HoconSection(fields, path, _errors);
                    entries.Add(bind(name, section));
                    section.Finish();
                    break;
                case HoconScalar { ScalarKind: HoconScalarKind.Null }:
                    break;
                default:
                    _errors.Add(item.Origin, path, $"expected an object {{ … }}, found {item.Kind}");
                    break;
            }
        }
        return entries;
    }

    /// <summary>A list whose elements are objects bound by <paramref name="bind"/>.</summary>
    public IReadOnlyList<T> List<T>(string key, Func<HoconSection, T> bind)
    {
        ArgumentNullException.ThrowIfNull(bind);
        var value = Take(key);
        var items = new List<T>();
        if (value is not HoconArray array)
        {
            Wrong(key, value, "a list [ … ] of objects");
            return items;
        }
        for (var index = 0; index < array.Items.Count; index++)
        {
            if (array.Items[index] is HoconObject fields)
            {
                var section = new HoconSection(fields, $"{PathOf(key)}[{index}]", _errors);
                items.Add(bind(section));
                section.Finish();
            }
            else
            {
                _errors.Add(array.Items[index].Origin, PathOf(key), $"expected an object {{ … }}, found {array.Items[index].Kind}");
            }
        }
        return items;
    }

    /// <summary>Whether the key is there. Does not count as reading it.</summary>
    public bool Has(string key) => _object.Fields.ContainsKey(key);

    /// <summary>Whether a key that may be left out is there. It counts as known, so that a misspelt one can be told from it.</summary>
    public bool HasOptional(string key)
    {
        _read.Add(key);
        return Has(key);
    }

    /// <summary>Records a fault of a key that a rule across several keys has found.</summary>
    public void Fault(string key, string problem) =>
        _errors.Add(_object.Fields.TryGetValue(key, out var value) ? value.Origin : Origin, PathOf(key), problem);

    /// <summary>Reports every key that was not read.</summary>
    public void Finish()
    {
        foreach (var (key, value) in _object.Fields)
        {
            if (!_read.Contains(key))
            {
                var nearest = Spelling.Nearest(key, _read);
                var hint = nearest is not null ? $"; did you mean {HoconText.Key(nearest)}?" : $"; known here: {KnownKeys()}";
                _errors.Add(value.Origin, PathOf(key), "unknown key" + hint);
            }
        }
    }

    private string KnownKeys() => _read.Count == 0 ? "none" : string.Join(", ", _read.Order(StringComparer.Ordinal));

    private string PathOf(string key) => _path.Length == 0 ? HoconText.Key(key) : $"{_path}.{HoconText.Key(key)}";

    private HoconValue? Take(string key)
    {
        _read.Add(key);
        return _object.Fields.GetValueOrDefault(key);
    }

    private void Wrong(string key, HoconValue? value, string expected) =>
        _errors.Add(value?.Origin ?? Origin, PathOf(key), value is null ? $"missing; expected {expected}" : $"expected {expected}, found {value.Kind}");
}
